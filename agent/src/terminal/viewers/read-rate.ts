/**
 * Estimates how fast a viewer reads output. The rate depends on the viewer's connection and client together.
 */
import type { Clock } from '@unicore/protocol';

/** Length of the measured window, and shortest measurement from which a rate is computed, in ms. */
const WINDOW_MS = 500;
const LEAST_MS = 100;
/** Shortest time between two samples, in ms. */
const STEP_MS = 25;

interface Sample {
  at: number;
  taken: number;
}

export class ReadRate {
  readonly #clock: Clock;
  /** Samples since the time when the viewer had last read all output. The oldest sample comes first. */
  #samples: Sample[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Called while there is output to read. taken: number of bytes read in total. */
  busy(taken: number): void {
    const at = this.#clock.now();
    const newest = this.#samples.at(-1);
    if (newest && at - newest.at < STEP_MS) return;
    this.#samples.push({ at, taken });
    // Keep one sample that is at least WINDOW_MS (ms) old.
    while (at - (this.#samples[1]?.at ?? at) >= WINDOW_MS) this.#samples.shift();
  }

  /** Called when all output is read. Deletes the samples, since the idle time that follows must not count. */
  idle(): void {
    if (this.#samples.length > 0) this.#samples = [];
  }

  /** Returns the estimated time to read this many bytes, in ms. Returns undefined if the rate is unknown. */
  timeFor(bytes: number, taken: number): number | undefined {
    const oldest = this.#samples[0];
    const ms = oldest ? this.#clock.now() - oldest.at : 0;
    if (!oldest || ms < LEAST_MS) return undefined;
    return (bytes * ms) / (taken - oldest.taken);
  }
}
