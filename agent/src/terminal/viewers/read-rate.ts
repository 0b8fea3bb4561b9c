/** How fast a viewer takes what there is for it: the rate of its line, and of whoever reads at the end of it. */
import type { Clock } from '@unicore/protocol';

/** The time that counts, and the least that a rate can be told from. */
const WINDOW_MS = 500;
const LEAST_MS = 100;
/** Looked at no more often. */
const STEP_MS = 25;

interface Sample {
  at: number;
  taken: number;
}

export class ReadRate {
  readonly #clock: Clock;
  /** While there was always something left to take; oldest first. */
  #samples: Sample[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** There is something to take; so many bytes were taken in all. */
  busy(taken: number): void {
    const at = this.#clock.now();
    const newest = this.#samples.at(-1);
    if (newest && at - newest.at < STEP_MS) return;
    this.#samples.push({ at, taken });
    // The first of those that stay is the newest one that is old enough.
    while (at - (this.#samples[1]?.at ?? at) >= WINDOW_MS) this.#samples.shift();
  }

  /** Everything is taken: the time until there is more says nothing. */
  idle(): void {
    if (this.#samples.length > 0) this.#samples = [];
  }

  /** How long so many bytes will take, ms; undefined when that is not known. */
  timeFor(bytes: number, taken: number): number | undefined {
    const oldest = this.#samples[0];
    const ms = oldest ? this.#clock.now() - oldest.at : 0;
    if (!oldest || ms < LEAST_MS) return undefined;
    return (bytes * ms) / (taken - oldest.taken);
  }
}
