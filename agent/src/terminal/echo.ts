/** Measures the echo time of a terminal: the time from a typed key to the first output after the key. */
import type { Clock } from '@unicore/protocol';

/**
 * Time without output before a key, in ms. A key is measured only after this time, since other output could
 * be taken for the echo.
 */
const QUIET_MS = 50;
/** Longest echo time, in ms. Output that comes later is not the echo of the key. */
const MOST_MS = 1_000;

export class Echo {
  readonly #clock: Clock;
  #pressedAt: number | undefined;
  #outputAt = Number.NEGATIVE_INFINITY;
  #ms: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The last echo time, in ms. It is null before the first measurement. */
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
