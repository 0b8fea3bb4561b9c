/** Estimates how fast a viewer reads output: the rate of its connection and of its client together. */
import type { Clock } from '@unicore/protocol';

/** Length of the measured window, and the least time from which a rate is computed. */
const WINDOW_MS = 500;
const LEAST_MS = 100;
/** Least time between two samples. */
const STEP_MS = 25;

interface Sample {
  at: number;
  taken: number;
}

export class ReadRate {
  readonly #clock: Clock;
  /** Samples since output was last fully read; oldest first. */
  #samples: Sample[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Called while there is output to read. taken: bytes read in total. */
  busy(taken: number): void {
    const at = this.#clock.now();
    const newest = this.#samples.at(-1);
    if (newest && at - newest.at < STEP_MS) return;
    this.#samples.push({ at, taken });
    // Keep one sample that is at least WINDOW_MS old.
    while (at - (this.#samples[1]?.at ?? at) >= WINDOW_MS) this.#samples.shift();
  }

  /** Called when all output is read. The idle time that follows must not count. */
  idle(): void {
    if (this.#samples.length > 0) this.#samples = [];
  }

  /** Estimated time to read this many bytes, ms; undefined if unknown. */
  timeFor(bytes: number, taken: number): number | undefined {
    const oldest = this.#samples[0];
    const ms = oldest ? this.#clock.now() - oldest.at : 0;
    if (!oldest || ms < LEAST_MS) return undefined;
    return (bytes * ms) / (taken - oldest.taken);
  }
}
