/**
 * The persistent data of the hub: users, secrets, providers, VMs, desktops and the audit log. The data is in
 * one SQLite file, or in a database that many hubs share. Every call is asynchronous, and other hubs may write
 * at the same time. So a write that depends on an earlier read must use compare-and-set.
 */
import type {
  AuditRow,
  DesktopRow,
  ProviderRow,
  ReceiptRow,
  SecretKind,
  SecretRow,
  UserRow,
  VmRow,
} from './rows.ts';

export type ProviderChange = Partial<
  Omit<ProviderRow, 'providerId' | 'ownerId' | 'publicKey' | 'createdAt' | 'placed' | 'sessionId' | 'attempt'>
>;

export interface Store {
  /** Throws if the store cannot be reached. */
  ping(): Promise<void>;
  close(): Promise<void>;

  /** Returns false if the user name is already used. */
  addUser(user: UserRow): Promise<boolean>;
  user(userId: string): Promise<UserRow | undefined>;
  userByName(name: string): Promise<UserRow | undefined>;
  users(): Promise<UserRow[]>;

  addSecret(secret: SecretRow): Promise<void>;
  /** Finds a secret by its hash and kind. Ignores expired secrets. */
  secret(hash: string, kind: SecretKind, now: number): Promise<SecretRow | undefined>;
  /**
   * Removes the secret and returns it. If two callers take the same secret at once, only one of them gets it.
   */
  takeSecret(hash: string, kind: SecretKind, now: number): Promise<SecretRow | undefined>;
  dropExpiredSecrets(now: number): Promise<number>;

  addProvider(provider: ProviderRow): Promise<void>;
  provider(providerId: string): Promise<ProviderRow | undefined>;
  /** Returns all ordinary providers, oldest first. A desktop that is a provider is not listed. */
  providers(): Promise<ProviderRow[]>;
  /** Updates only the given fields of a provider. Its key, its owner and its creation time never change. */
  updateProvider(providerId: string, change: ProviderChange): Promise<void>;
  /**
   * Removes the provider of a desktop that has ended. Returns false, and removes nothing, if the provider is an
   * ordinary one or does not exist. If two callers remove it at once, both may get true.
   */
  dropProvider(providerId: string): Promise<boolean>;

  /**
   * Adds a VM and returns it. If an earlier call with the same idempotency key (opId) has added a VM, returns
   * that VM instead.
   */
  addVm(vm: VmRow): Promise<VmRow>;
  vm(vmId: string): Promise<VmRow | undefined>;
  /** Returns all matching VMs except deleted ones, oldest first. */
  vms(of?: { ownerId?: string; providerId?: string; phase?: VmRow['phase'] }): Promise<VmRow[]>;
  /**
   * Compare-and-set: writes the VM only if its stored `rev` still equals `vm.rev`, and raises `rev`. If the
   * VM is assigned to a provider, the caller passes the provider's placement counter `placed`. Then the
   * stored counter must equal it too, and is raised in the same write.
   */
  replaceVm(vm: VmRow, placed?: number): Promise<boolean>;

  /** Returns the user's desktop, which may be over. */
  desktop(userId: string): Promise<DesktopRow | undefined>;
  /**
   * Returns the desktop of this session, unless its user has a newer session. While a session goes from the pool to a
   * user, two rows name it, and the one that was created last counts.
   */
  desktopOf(sessionId: string): Promise<DesktopRow | undefined>;
  /** Returns all desktops that are not over (`endedAt` is null), oldest first. */
  desktops(): Promise<DesktopRow[]>;
  /**
   * Compare-and-set: writes the user's desktop only if its stored `rev` still equals `desktop.rev`, and raises
   * `rev`. With a `rev` of 0 it writes only if the user has no row yet. The end of a desktop comes with its
   * receipt: both are written, or neither. A session that has a receipt already keeps that one. No function changes
   * or removes a receipt, so with an invalid one nothing is written.
   */
  replaceDesktop(desktop: DesktopRow, receipt?: ReceiptRow): Promise<boolean>;

  receipt(sessionId: string): Promise<ReceiptRow | undefined>;
  /** Returns the user's newest receipts by `endedAt`, newest first. */
  receipts(userId: string, limit: number): Promise<ReceiptRow[]>;

  /**
   * Returns the value with this name. If there is none, stores the result of `create`. If several callers do
   * so at once, the value of the first caller is kept.
   */
  meta(name: string, create: () => string): Promise<string>;

  /** Appends an entry to the audit log. No function changes or removes an entry. */
  audit(entry: AuditRow): Promise<void>;
  /** Returns the newest entries of the audit log, newest first. */
  auditEntries(limit: number): Promise<AuditRow[]>;
}
