/** Turns Redis errors into messages that help a person to fix the cause. */
import { UniCoreError } from '@unicore/protocol';

const RETRY_AFTER_MS = 1_000;

/**
 * Returns a BACKPLANE_DOWN error. reason: the error of Redis or of its client. That error is not attached as
 * `cause`, because it contains the failed command with its arguments. The arguments of a login include the
 * password.
 */
export function backplaneDown(reason: unknown): UniCoreError {
  const message = reason instanceof Error ? reason.message : String(reason);
  return new UniCoreError(
    'BACKPLANE_DOWN',
    `The hubs can't reach the Redis that they share: ${explain(message)}. What needs only this hub goes on; try again in a moment.`,
    { retryAfterMs: RETRY_AFTER_MS },
  );
}

/** Returns whether the error is the timeout of a Redis command. ioredis and publisher.ts raise this error. */
export function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'Command timed out';
}

function explain(message: string): string {
  if (/timed out|timeout/i.test(message)) return 'it does not answer';
  if (/isn't writeable|isn't ready|Connection is closed|max retries/i.test(message)) return 'not connected';
  if (/^(WRONGPASS|NOAUTH|NOPERM)/.test(message))
    return 'it refuses the user or password in --redis (or UNICORE_REDIS_URL)';
  return message.replace(/\.$/, '');
}
