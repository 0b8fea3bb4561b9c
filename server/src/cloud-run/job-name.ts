/**
 * Names of jobs and of their executions. They are computed from the desktop's row alone, so that every hub
 * and every repeated call uses the same names. Cloud Run then refuses a second job for the same desktop.
 */
import { createHash } from 'node:crypto';
import { UniCoreError } from '@unicore/protocol';
import { isPoolOwner } from './pool-owner.ts';

/** The name of a job and its execution token have fewer than 63 characters together. */
const MOST = 62;
/** Longest user id that is used as it is. An id of the hub's own has 14 characters. */
const MOST_PLAIN = 32;
/** Of any other user id, this many characters and this many hexadecimal digits of its hash are used. */
const HEAD = 12;
const HASH = 16;

export interface DesktopStart {
  readonly userId: string;
  /** When the desktop was created, ms since 1970. */
  readonly createdAt: number;
  readonly attempt: number;
}

/** Returns `vnc-{user_id}-{ms}`, and `vnc-pool-{ms}` for a desktop that waits for a user. */
export function jobNameOf({ userId, createdAt, attempt }: DesktopStart): string {
  if (!Number.isSafeInteger(createdAt) || createdAt < 0)
    throw new UniCoreError('INTERNAL', `createdAt is ${createdAt}: it must be whole ms since 1970.`);
  const name = `vnc-${userPart(userId)}-${createdAt}`;
  if (name.length + tokenOf(attempt).length > MOST)
    throw new UniCoreError('INTERNAL', `The job name ${name} is too long for attempt ${attempt}.`);
  return name;
}

/** Returns the execution token of an attempt. Cloud Run appends it to the job's name: `{job}-{token}`. */
export function tokenOf(attempt: number): string {
  if (!Number.isSafeInteger(attempt) || attempt < 1)
    throw new UniCoreError('INTERNAL', `attempt is ${attempt}: it must be a whole number from 1.`);
  return `a${attempt}`;
}

/** Returns 32 hexadecimal digits that stand for a user in labels. Google's bill can be read by them. */
export function userHash(userId: string): string {
  return sha256(userId).slice(0, 32);
}

/**
 * A name may only have lower-case letters, digits and hyphens. Another user id is made legal and shortened,
 * and a hash of the whole id keeps two such ids apart.
 */
function userPart(userId: string): string {
  if (isPoolOwner(userId)) return 'pool';
  if (userId.length <= MOST_PLAIN && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(userId)) return userId;
  const words = userId.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const head = words.slice(0, HEAD).replace(/^-+|-+$/g, '');
  const hash = sha256(userId).slice(0, HASH);
  return head === '' ? hash : `${head}-${hash}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
