/** The rows that the store keeps. Every row is validated when it is read: a file may be older, or edited by hand. */

import { Id, Isolation, VmSize } from '@unicore/protocol/control';
import { z } from 'zod';

/** Milliseconds since 1970 (UTC). */
const Time = z.number().int().nonnegative();

export const UserRow = z.object({
  userId: Id,
  name: z.string(),
  /** Role of the user: an owner may also add providers. */
  role: z.enum(['owner', 'member']),
  createdAt: Time,
});
export type UserRow = z.infer<typeof UserRow>;

/** A secret (token, session or join code) that was handed out. Only its SHA-256 is stored. */
export const SecretRow = z.object({
  hash: z.string(),
  /** Identifies the secret in logs and for revocation. */
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
  /** Ed25519 public key: a JWK as JSON. */
  publicKey: z.string(),
  /** These five fields hold what the agent reported at its last connection; null before the first. */
  runtime: z.enum(['docker', 'process']).nullable(),
  isolation: Isolation.nullable(),
  version: z.string().nullable(),
  cores: z.number().int().nullable(),
  memoryTotal: z.number().nullable(),
  seenAt: Time.nullable(),
  createdAt: Time,
  /**
   * How often a VM was given room on this provider. It serves as a version: room that was counted at one value may be
   * given away only while that value still holds.
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
/** A VM's phase, as the hub has recorded it. vm/lifecycle.ts defines the transitions. */
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
   * The VM's provider; null before the first placement. Afterwards the VM always starts there, because its files are
   * there.
   */
  providerId: Id.nullable(),
  isolation: Isolation.nullable(),
  /** The VM's generation: rises with each assignment to a provider; 0 before the first. */
  gen: z.number().int().nonnegative(),
  /** Number of starts. */
  attempt: z.number().int().nonnegative(),
  createdAt: Time,
  updatedAt: Time,
  /** Revision: rises with each write; replaceVm compares it. */
  rev: z.number().int().positive(),
});
export type VmRow = z.infer<typeof VmRow>;

export const AuditRow = z.object({
  at: Time,
  /** What happened: user.create, user.login, user.logout, provider.join, vm.create, vm.running, … */
  event: z.string(),
  userId: Id.nullable(),
  /** Id of the VM, provider or session concerned. */
  subject: z.string().nullable(),
  detail: z.string().nullable(),
});
export type AuditRow = z.infer<typeof AuditRow>;
