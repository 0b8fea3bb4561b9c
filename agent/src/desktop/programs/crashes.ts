/** Counts how often programs end unasked. A program that ends again and again is not started forever. */
import type { Clock } from '@unicore/protocol';

/** A program that ends this often within this time is given up. */
const MOST = 3;
const WITHIN_MS = 30_000;

export class Crashes {
  readonly #clock: Clock;
  readonly #times = new Map<string, number[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts one. Returns false if the program is to be given up. */
  mayRestart(name: string): boolean {
    const now = this.#clock.now();
    const recent = (this.#times.get(name) ?? []).filter((time) => now - time < WITHIN_MS);
    this.#times.set(name, [...recent, now]);
    return recent.length + 1 < MOST;
  }
}
