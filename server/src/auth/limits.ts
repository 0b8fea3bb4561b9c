/**
 * Rate limits that count over all hubs. The limits are not needed to protect secrets, because secrets are too
 * long to be guessed. They only keep the load low that guessing attempts cause.
 */
import { UniCoreError } from '@unicore/protocol';
import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import type { Backplane } from '../backplane/index.ts';

/**
 * Allowed attempts to sign in or to join, per minute and client address. A person who mistypes a key stays
 * far below this limit.
 */
const TRIES_PER_MINUTE = 60;
/**
 * Allowed calls of agents per minute and address. The limit is high enough for a data centre whose agents
 * share one address and all reconnect at once, with two calls each and retries.
 */
export const PROOFS_PER_MINUTE = 6_000;
/**
 * Allowed uses of share links per minute and address. A page asks again every few seconds while the desktop starts,
 * and its viewers may share one address.
 */
export const GUESTS_PER_MINUTE = 600;

export class Limit {
  readonly #limiter: RateLimiterAbstract;
  readonly #what: string;

  /**
   * what: unique name of the limit. The error message contains the name, and the backplane uses it as a key.
   */
  constructor(backplane: Backplane, what: string, points = TRIES_PER_MINUTE) {
    this.#what = what;
    this.#limiter = backplane.limiter(what, points, 60);
  }

  /**
   * Counts one use of what this limit restricts, for example one attempt to sign in. Throws RATE_LIMITED
   * above the limit. who: a client address or a user id.
   */
  async use(who: string): Promise<void> {
    try {
      await this.#limiter.consume(who);
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      const retryAfterMs = refused.msBeforeNext;
      const seconds = Math.ceil(retryAfterMs / 1000);
      throw new UniCoreError(
        'RATE_LIMITED',
        `Too many ${this.#what} from ${who}. Try again in ${seconds} s.`,
        {
          retryAfterMs,
        },
      );
    }
  }
}
