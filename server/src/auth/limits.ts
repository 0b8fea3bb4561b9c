/** How often one address may try to prove who it is. Secrets can't be guessed; this keeps guessing cheap for us. */
import { UniCoreError } from '@unicore/protocol';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** A person who mistypes never gets here; a machine room of agents that all come back does not either. */
const TRIES_PER_MINUTE = 60;

export class Limit {
  readonly #limiter: RateLimiterMemory;
  readonly #what: string;

  constructor(what: string, points = TRIES_PER_MINUTE) {
    this.#what = what;
    this.#limiter = new RateLimiterMemory({ points, duration: 60 });
  }

  /** Counts one try; throws RATE_LIMITED beyond the limit. */
  async use(address: string): Promise<void> {
    try {
      await this.#limiter.consume(address);
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      const retryAfterMs = refused.msBeforeNext;
      const seconds = Math.ceil(retryAfterMs / 1000);
      throw new UniCoreError(
        'RATE_LIMITED',
        `Too many ${this.#what} from ${address}. Try again in ${seconds} s.`,
        {
          retryAfterMs,
        },
      );
    }
  }
}
