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
  kind: z.enum(['login', 'session', 'bearer', 'join']),
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
