/** Turns Redis errors into messages that a person can act on. */
import { UniCoreError } from '@unicore/protocol';

const RETRY_AFTER_MS = 1_000;

/**
 * reason: the error of Redis or of its client. It is not attached as `cause`, because it holds the command with its
 * arguments, and for a login those include the password.
 */
export function backplaneDown(reason: unknown): UniCoreError {
  const message = reason instanceof Error ? reason.message : String(reason);
  return new UniCoreError(
    'BACKPLANE_DOWN',
    `The hubs can't reach the Redis that they share: ${explain(message)}. What needs only this hub goes on; try again in a moment.`,
    { retryAfterMs: RETRY_AFTER_MS },
  );
}

/** Whether the error is the timeout of a Redis command, raised by ioredis or by the publisher. */
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
