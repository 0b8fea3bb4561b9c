/** How soon a terminal answers a key: from writing it to the first output after it. */
import type { Clock } from '@unicore/protocol';

/** Output that comes while there was some just before is no answer to the key. */
const QUIET_MS = 50;
/** What comes later is no answer to the key either: nothing was echoed. */
const MOST_MS = 1_000;

export class Echo {
  readonly #clock: Clock;
  #pressedAt: number | undefined;
  #outputAt = Number.NEGATIVE_INFINITY;
  #ms: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** When it was last seen. */
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
