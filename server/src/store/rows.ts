/**
 * Schemas of the rows in the store. Every row is validated when it is read, because an older version or a
 * person may have written it.
 */

import { Id, Isolation, VmSize } from '@unicore/protocol/control';
import { z } from 'zod';

/** Milliseconds since 1970 (UTC). */
const Time = z.number().int().nonnegative();

export const UserRow = z.object({
  userId: Id,
  name: z.string(),
  /** The user's role. Only an owner may add providers. */
  role: z.enum(['owner', 'member']),
  createdAt: Time,
});
export type UserRow = z.infer<typeof UserRow>;

/**
 * A secret that the hub has issued, such as a token, a session or a join code. The store keeps only the
 * SHA-256 hash of the secret.
 */
export const SecretRow = z.object({
  hash: z.string(),
  /** Identifies the secret in logs and when it is revoked. */
  secretId: Id,
  /** A desktop on Cloud Run uses its `boot` secret once, to register its key as a provider. */
  kind: z.enum(['login', 'session', 'bearer', 'join', 'boot']),
  userId: Id,
  createdAt: Time,
  expiresAt: Time.nullable(),
});
export type SecretRow = z.infer<typeof SecretRow>;
export type SecretKind = SecretRow['kind'];

export const ProviderRow = z.object({
  providerId: Id,
  ownerId: Id,
  name: z.string(),
  /** The provider's Ed25519 public key, as a JWK in JSON. */
  publicKey: z.string(),
  /**
   * This field and the next four hold what the agent reported when it last connected. They are null before
   * the first connection.
   */
  runtime: z.enum(['docker', 'process']).nullable(),
  isolation: Isolation.nullable(),
  version: z.string().nullable(),
  cores: z.number().int().nullable(),
  memoryTotal: z.number().nullable(),
  seenAt: Time.nullable(),
  createdAt: Time,
  /**
   * How many times a VM was assigned to this provider. It serves as a version number. A hub may assign a VM
   * only if this number has not changed since the hub calculated the free capacity.
   */
  placed: z.number().int().nonnegative(),
  /**
   * The session and attempt of the desktop on Cloud Run that is this provider, or null for an ordinary
   * provider. Firestore has providers from before desktops, without these two fields.
   */
  sessionId: Id.nullable().default(null),
  attempt: z.number().int().positive().nullable().default(null),
});
export type ProviderRow = z.infer<typeof ProviderRow>;

export const PHASES = [
  'queued',
  'assigned',
  'starting',
  'running',
  'stopping',
  'stopped',
  'failed',
  'deleting',
  'deleted',
] as const;
/** The phase of a VM in the store. vm/lifecycle.ts defines the transitions between phases. */
export const Phase = z.enum(PHASES);
export type Phase = z.infer<typeof Phase>;

export const VmRow = z.object({
  vmId: Id,
  ownerId: Id,
  name: z.string(),
  image: z.string(),
  size: VmSize,
  region: z.string().nullable(),
  opId: z.string().nullable(),
  desired: z.enum(['running', 'stopped', 'deleted']),
  phase: Phase,
  reason: z.string().nullable(),
  /**
   * The VM's provider, or null before the first assignment. After that the VM always starts on the same
   * provider, because its files are stored there.
   */
  providerId: Id.nullable(),
  isolation: Isolation.nullable(),
  /** The VM's generation. It is 0 at first and rises when the VM is assigned to a new provider. */
  gen: z.number().int().nonnegative(),
  /** Number of starts. */
  attempt: z.number().int().nonnegative(),
  createdAt: Time,
  updatedAt: Time,
  /** The revision, which rises with each write. `replaceVm` compares it to detect concurrent writes. */
  rev: z.number().int().positive(),
});
export type VmRow = z.infer<typeof VmRow>;

export const DESKTOP_PHASES = [
  'reserved',
  'waiting',
  'launching',
  'booting',
  'painting',
  'running',
  'ending',
  'ended',
  'failed',
] as const;
export const DesktopPhase = z.enum(DESKTOP_PHASES);
export type DesktopPhase = z.infer<typeof DesktopPhase>;

/**
 * The desktop of a user. Each user has one row, and it is used again for the user's next desktop. The desktop
 * is over when `endedAt` is set. A failed desktop whose container may still live has no `endedAt`.
 */
export const DesktopRow = z.object({
  userId: Id,
  /** The revision, which rises with each write. `replaceDesktop` compares it to detect concurrent writes. */
  rev: z.number().int().positive(),
  sessionId: Id,
  /** Number of starts of this session. A container of an earlier attempt is refused. */
  attempt: z.number().int().positive(),
  opId: z.string().nullable(),
  phase: DesktopPhase,
  phaseAt: Time,
  /** Name of the error that explains the phase. */
  code: z.string().nullable(),
  /** A sentence for a person that explains the phase. */
  reason: z.string().nullable(),
  launcher: z.enum(['docker', 'process', 'cloud-run']),
  /** Where the launcher has started the desktop, such as a project and region of Cloud Run. */
  place: z.string().nullable(),
  /** The provider whose leg leads to the desktop. */
  providerId: Id.nullable(),
  /** Name of the desktop's job on Cloud Run. */
  jobName: z.string().nullable(),
  image: z.string(),
  /** Pixels of the screen per CSS pixel. */
  scale: z.literal([1, 2]),
  /** How the browser was found to be isolated at its start, such as `sandboxed`. */
  isolation: z.string().nullable(),
  createdAt: Time,
  /** When its container started, or when it was given to its user. Null until the first frame. */
  startedAt: Time.nullable(),
  endedAt: Time.nullable(),
  /** The longest life that was granted so far, from `startedAt`, ms. */
  lifeMs: z.number().int().positive(),
  /** The most that the session may cost, dollars. */
  budget: z.number().nullable(),
  cpuSeconds: z.number().nonnegative(),
  /** GiB × seconds. */
  memorySeconds: z.number().nonnegative(),
  /** Bytes that the container has sent into its network. */
  sentBytes: z.number().nonnegative(),
  /** The cost so far, dollars. */
  cost: z.number().nonnegative(),
  /** Hash of the secret in the share link, or null if there is no such link. */
  viewerToken: z.string().nullable(),
  /** When the desktop was last heard. */
  heardAt: Time.nullable(),
  /** What its container had used in the pool, before it was given to this user: ms and sent bytes. */
  pooledMs: z.number().int().nonnegative().default(0),
  pooledBytes: z.number().nonnegative().default(0),
});
export type DesktopRow = z.infer<typeof DesktopRow>;

/** What a desktop has used and cost, from the moment when nothing of it was left. Never changed or removed. */
export const ReceiptRow = DesktopRow.pick({
  sessionId: true,
  userId: true,
  attempt: true,
  launcher: true,
  place: true,
  jobName: true,
  createdAt: true,
  startedAt: true,
  code: true,
  reason: true,
  cpuSeconds: true,
  memorySeconds: true,
  sentBytes: true,
  cost: true,
}).extend({
  endedAt: Time,
  /** A sentence that says what was proven to be gone. */
  proof: z.string(),
});
export type ReceiptRow = z.infer<typeof ReceiptRow>;

export const AuditRow = z.object({
  at: Time,
  /** The kind of event: user.create, user.login, user.logout, provider.join, vm.create, vm.running, … */
  event: z.string(),
  userId: Id.nullable(),
  /** Id of the VM, provider or session that the event is about. */
  subject: z.string().nullable(),
  detail: z.string().nullable(),
});
export type AuditRow = z.infer<typeof AuditRow>;
