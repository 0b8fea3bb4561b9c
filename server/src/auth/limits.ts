/** How often somebody may try something, over all hubs. Secrets can't be guessed; this keeps guessing cheap for us. */
import { UniCoreError } from '@unicore/protocol';
import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import type { Backplane } from '../backplane/index.ts';

/** A person who mistypes never gets here. */
const TRIES_PER_MINUTE = 60;
/** A machine room of agents that all come back does not get here: each asks twice, and may have to try again. */
export const PROOFS_PER_MINUTE = 6_000;

export class Limit {
  readonly #limiter: RateLimiterAbstract;
  readonly #what: string;

  /** what: in words, and one of its kind. */
  constructor(backplane: Backplane, what: string, points = TRIES_PER_MINUTE) {
    this.#what = what;
    this.#limiter = backplane.limiter(what, points, 60);
  }

  /** Counts one try; throws RATE_LIMITED beyond the limit. who: an address, or a user's id. */
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
