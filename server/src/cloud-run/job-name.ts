/**
 * Names of jobs and of their executions. They are computed from the desktop's row alone, so that every hub
 * and every repeated call uses the same names. Cloud Run then refuses a second job for the same desktop.
 */
import { createHash } from 'node:crypto';
import { UniCoreError } from '@unicore/protocol';
import { isPoolOwner } from './pool-owner.ts';

/** Maximum length of a job's name and its execution token together. */
const MOST = 62;
/** Longest user id that is used unchanged. The ids that a hub makes have 14 characters. */
const MOST_PLAIN = 32;
/** Any other user id is replaced by this many of its characters, and this many hexadecimal digits of its hash. */
const HEAD = 12;
const HASH = 16;

export interface DesktopStart {
  readonly userId: string;
  /** When the desktop was created, ms since 1970. */
  readonly createdAt: number;
  readonly attempt: number;
}

/**
 * Returns the name of the job: `vnc-{user_id}-{ms}`, or `vnc-pool-{ms}` for a desktop of the pool, which waits for
 * a user.
 */
export function jobNameOf({ userId, createdAt, attempt }: DesktopStart): string {
  if (!Number.isSafeInteger(createdAt) || createdAt < 0)
    throw new UniCoreError('INTERNAL', `createdAt is ${createdAt}: it must be whole ms since 1970.`);
  const name = `vnc-${userPart(userId)}-${createdAt}`;
  if (name.length + tokenOf(attempt).length > MOST)
    throw new UniCoreError('INTERNAL', `The job name ${name} is too long for attempt ${attempt}.`);
  return name;
}

/** Returns the token that Cloud Run appends to the job's name to name the execution: `{job}-{token}`. */
export function tokenOf(attempt: number): string {
  if (!Number.isSafeInteger(attempt) || attempt < 1)
    throw new UniCoreError('INTERNAL', `attempt is ${attempt}: it must be a whole number from 1.`);
  return `a${attempt}`;
}

/** Returns 32 hexadecimal digits that stand for a user in labels. With them, Google's bill can be split by user. */
export function userHash(userId: string): string {
  return sha256(userId).slice(0, 32);
}

/**
 * Returns the user id for use in a name, which may contain only lower-case letters, digits and hyphens. Any other
 * id is shortened and made legal. A hash of the whole id keeps two such ids different.
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
