/**
 * Counts the crashes of a desktop's programs, so that a program that crashes again and again is not restarted
 * without end.
 */
import type { Clock } from '@unicore/protocol';

/** A program that crashes this often within this time is not restarted. */
const MOST = 3;
const WITHIN_MS = 30_000;

export class Crashes {
  readonly #clock: Clock;
  readonly #times = new Map<string, number[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts one crash. Returns false if the program should not be restarted. */
  mayRestart(name: string): boolean {
    const now = this.#clock.now();
    const recent = (this.#times.get(name) ?? []).filter((time) => now - time < WITHIN_MS);
    this.#times.set(name, [...recent, now]);
    return recent.length + 1 < MOST;
  }
}
