/** What the store keeps, row by row. Every row is parsed when it is read: a file may be older, or edited by hand. */

import { Id, Isolation, VmSize } from '@unicore/protocol/control';
import { z } from 'zod';

/** Milliseconds since 1970 (UTC). */
const Time = z.number().int().nonnegative();

export const UserRow = z.object({
  userId: Id,
  name: z.string(),
  /** owner: may also let providers join. */
  role: z.enum(['owner', 'member']),
  createdAt: Time,
});
export type UserRow = z.infer<typeof UserRow>;

/** A secret that somebody holds. Only its SHA-256 is here. */
export const SecretRow = z.object({
  hash: z.string(),
  /** Names it in logs and revocations. */
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
  /** Ed25519, a JWK as JSON. */
  publicKey: z.string(),
  /** What its agent said at the last connection; null before the first. */
  runtime: z.enum(['docker', 'process']).nullable(),
  isolation: Isolation.nullable(),
  version: z.string().nullable(),
  cores: z.number().int().nullable(),
  memoryTotal: z.number().nullable(),
  seenAt: Time.nullable(),
  createdAt: Time,
  /** How many times a VM was given room here. Whoever counted the room while it was this much may give some away. */
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
/** Where a VM is in its life, as the hub has recorded it. vm/lifecycle.ts says how it moves. */
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
  /** Null until it was placed for the first time. Its files are there, so it starts there again. */
  providerId: Id.nullable(),
  isolation: Isolation.nullable(),
  /** Rises with each assignment to a provider; 0 before the first. */
  gen: z.number().int().nonnegative(),
  /** Rises with each start. */
  attempt: z.number().int().nonnegative(),
  createdAt: Time,
  updatedAt: Time,
  /** Rises with each write; replaceVm compares it. */
  rev: z.number().int().positive(),
});
export type VmRow = z.infer<typeof VmRow>;

export const AuditRow = z.object({
  at: Time,
  /** user.create, user.login, user.logout, provider.join, vm.create, vm.running, … */
  event: z.string(),
  userId: Id.nullable(),
  /** The VM, provider or session that it is about. */
  subject: z.string().nullable(),
  detail: z.string().nullable(),
});
export type AuditRow = z.infer<typeof AuditRow>;
