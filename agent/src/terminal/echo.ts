/** Measures the echo time of a terminal: from a key to the first output after it. */
import type { Clock } from '@unicore/protocol';

/** A key is measured only if there was no output for this long before it, since other output is no echo. */
const QUIET_MS = 50;
/** Output that comes later than this is no echo of the key. */
const MOST_MS = 1_000;

export class Echo {
  readonly #clock: Clock;
  #pressedAt: number | undefined;
  #outputAt = Number.NEGATIVE_INFINITY;
  #ms: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The last echo time, ms; null before the first one. */
  get ms(): number | null {
    return this.#ms;
  }

  pressed(): void {
    const now = this.#clock.now();
    if (now - this.#outputAt >= QUIET_MS) this.#pressedAt = now;
  }

  put(): void {
    this.#outputAt = this.#clock.now();
    if (this.#pressedAt === undefined) return;
    const ms = this.#outputAt - this.#pressedAt;
    this.#pressedAt = undefined;
    if (ms <= MOST_MS) this.#ms = ms;
  }
}
