/**
 * What the hub must remember: users, secrets, providers, VMs and the audit log. It is one SQLite file, or a database
 * shared by many hubs. So every call is asynchronous, and a decision based on a read must be written with
 * compare-and-set.
 */
import type { AuditRow, ProviderRow, SecretKind, SecretRow, UserRow, VmRow } from './rows.ts';

export type ProviderChange = Partial<
  Omit<ProviderRow, 'providerId' | 'ownerId' | 'publicKey' | 'createdAt' | 'placed'>
>;

export interface Store {
  /** Throws when the store can't be reached. */
  ping(): Promise<void>;
  close(): Promise<void>;

  /** Returns false if the name is taken. */
  addUser(user: UserRow): Promise<boolean>;
  user(userId: string): Promise<UserRow | undefined>;
  userByName(name: string): Promise<UserRow | undefined>;
  users(): Promise<UserRow[]>;

  addSecret(secret: SecretRow): Promise<void>;
  /** Finds a secret by hash and kind, unless it has expired. */
  secret(hash: string, kind: SecretKind, now: number): Promise<SecretRow | undefined>;
  /** Removes the secret and returns it. If two callers ask at once, only one gets it. */
  takeSecret(hash: string, kind: SecretKind, now: number): Promise<SecretRow | undefined>;
  dropExpiredSecrets(now: number): Promise<number>;

  addProvider(provider: ProviderRow): Promise<void>;
  provider(providerId: string): Promise<ProviderRow | undefined>;
  providers(): Promise<ProviderRow[]>;
  /** Updates only the given fields. The key, the owner and the time of joining never change. */
  updateProvider(providerId: string, change: ProviderChange): Promise<void>;

  /** Returns the VM that exists afterwards: this one, or the one that an earlier call with the same opId made. */
  addVm(vm: VmRow): Promise<VmRow>;
  vm(vmId: string): Promise<VmRow | undefined>;
  /** All VMs except deleted ones, oldest first. */
  vms(of?: { ownerId?: string; providerId?: string; phase?: VmRow['phase'] }): Promise<VmRow[]>;
  /**
   * Compare-and-set: writes only if the stored rev equals vm.rev, and raises it. placed: given if the VM takes room on
   * vm.providerId. The write then also requires that this provider's `placed` equals it, and raises that as well.
   */
  replaceVm(vm: VmRow, placed?: number): Promise<boolean>;

  /**
   * Returns the value under this name. If there is none, `create` makes it; if several callers do so, the first one's
   * value stays.
   */
  meta(name: string, create: () => string): Promise<string>;

  /** Appends to the audit log. No call changes or removes an entry. */
  audit(entry: AuditRow): Promise<void>;
  /** Audit entries, newest first. */
  auditEntries(limit: number): Promise<AuditRow[]>;
}
