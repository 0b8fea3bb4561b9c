/**
 * A token bucket rate limiter. It adds `perSecond` tokens each second, and by default stores at most one
 * second's worth.
 */
import type { Clock } from '@unicore/protocol';

export class Rate {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #burst: number;
  #left: number;
  #at: number;

  constructor(clock: Clock, perSecond: number, burst = perSecond) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#left = burst;
    this.#at = clock.now();
  }

  /** Takes `count` tokens and returns true. If there are fewer tokens, takes none and returns false. */
  take(count = 1): boolean {
    const now = this.#clock.now();
    this.#left = Math.min(this.#burst, this.#left + ((now - this.#at) * this.#perSecond) / 1000);
    this.#at = now;
    if (this.#left < count) return false;
    this.#left -= count;
    return true;
  }
}
