/**
 * What the hub remembers. SQLite on one machine today, a shared database for many hubs later, so every call is
 * asynchronous and nothing may be concluded from a read but by a compare-and-set.
 */
import type { AuditRow, ProviderRow, SecretKind, SecretRow, UserRow, VmRow } from './rows.ts';

export type ProviderChange = Partial<
  Omit<ProviderRow, 'providerId' | 'ownerId' | 'publicKey' | 'createdAt' | 'placed'>
>;

export interface Store {
  /** Throws when the store can't be reached. */
  ping(): Promise<void>;
  close(): Promise<void>;

  /** False if the name is taken. */
  addUser(user: UserRow): Promise<boolean>;
  user(userId: string): Promise<UserRow | undefined>;
  userByName(name: string): Promise<UserRow | undefined>;
  users(): Promise<UserRow[]>;

  addSecret(secret: SecretRow): Promise<void>;
  /** Undefined also once it has expired. */
  secret(hash: string, kind: SecretKind, now: number): Promise<SecretRow | undefined>;
  /** Removes it and returns it: of two who ask at once, one gets it. */
  takeSecret(hash: string, kind: SecretKind, now: number): Promise<SecretRow | undefined>;
  dropExpiredSecrets(now: number): Promise<number>;

  addProvider(provider: ProviderRow): Promise<void>;
  provider(providerId: string): Promise<ProviderRow | undefined>;
  providers(): Promise<ProviderRow[]>;
  /** Writes these fields and leaves all others alone. The key, the owner and the time of joining never change. */
  updateProvider(providerId: string, change: ProviderChange): Promise<void>;

  /** The VM that is there now: this one, or the one that an earlier call with the same opId made. */
  addVm(vm: VmRow): Promise<VmRow>;
  vm(vmId: string): Promise<VmRow | undefined>;
  /** All but deleted ones, oldest first. */
  vms(of?: { ownerId?: string; providerId?: string; phase?: VmRow['phase'] }): Promise<VmRow[]>;
  /**
   * Compare-and-set: writes only if the stored rev is still vm.rev, and then raises it. placed: this VM takes room on
   * vm.providerId; it is written only if the `placed` of that provider is still so, too, and then both are raised.
   */
  replaceVm(vm: VmRow, placed?: number): Promise<boolean>;

  /** The value under this name; the first caller's `create` makes it. */
  meta(name: string, create: () => string): Promise<string>;

  /** Append only: there is no call that changes or removes an entry. */
  audit(entry: AuditRow): Promise<void>;
  /** Newest first. */
  auditEntries(limit: number): Promise<AuditRow[]>;
}
