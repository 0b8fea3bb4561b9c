/**
 * Estimates how fast a viewer reads output. The rate depends on the viewer's connection and client together.
 */
import type { Clock } from '@unicore/protocol';

/**
 * A viewer's read rate is measured over about the last WINDOW_MS (ms). It is unknown until the measurement
 * has lasted LEAST_MS (ms).
 */
const WINDOW_MS = 500;
const LEAST_MS = 100;
/** Shortest time between two samples of the number of bytes read, in ms. */
const STEP_MS = 25;

interface Sample {
  at: number;
  taken: number;
}

export class ReadRate {
  readonly #clock: Clock;
  /**
   * Each sample says how many bytes the viewer had read at some time. The oldest sample comes first. The
   * samples are deleted whenever the viewer has read all output.
   */
  #samples: Sample[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Called while the viewer has output to read. taken: number of bytes that the viewer has read in total. */
  busy(taken: number): void {
    const at = this.#clock.now();
    const newest = this.#samples.at(-1);
    if (newest && at - newest.at < STEP_MS) return;
    this.#samples.push({ at, taken });
    // Delete old samples, but keep one that is at least WINDOW_MS (ms) old: the measurement begins there.
    while (at - (this.#samples[1]?.at ?? at) >= WINDOW_MS) this.#samples.shift();
  }

  /**
   * Called when the viewer has read all output. Deletes the samples. Otherwise the idle time that follows
   * would make the rate look too low.
   */
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
