/** Rate limits over all hubs. Secrets are too long to guess; the limits keep the cost of guessing low for the hub. */
import { UniCoreError } from '@unicore/protocol';
import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import type { Backplane } from '../backplane/index.ts';

/** Attempts per minute and address. A person who mistypes stays far below. */
const TRIES_PER_MINUTE = 60;
/** Calls of agents per minute and address: enough for a machine room whose agents all reconnect, two calls each and retries. */
export const PROOFS_PER_MINUTE = 6_000;

export class Limit {
  readonly #limiter: RateLimiterAbstract;
  readonly #what: string;

  /** what: names the limit in its error message, and on the backplane. Unique. */
  constructor(backplane: Backplane, what: string, points = TRIES_PER_MINUTE) {
    this.#what = what;
    this.#limiter = backplane.limiter(what, points, 60);
  }

  /** Counts one attempt; throws RATE_LIMITED beyond the limit. who: an address, or a user's id. */
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
