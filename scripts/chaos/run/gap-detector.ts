/** Notices silences in one direction of a channel, and when bytes pass again. */

/** Shortest silence that is reported, ms; bytes are due every 40 ms. */
const SILENCE_MS = 150;

export class GapDetector {
  readonly #now: () => number;
  readonly #gap: (from: number, to: number, detached: boolean) => void;
  #last = Number.POSITIVE_INFINITY;
  #detached = false;
  #waiting: (() => void)[] = [];

  constructor(now: () => number, gap: (from: number, to: number, detached: boolean) => void) {
    this.#now = now;
    this.#gap = gap;
  }

  /** Starts to watch for silences: from here on bytes are due. */
  begin(): void {
    this.#last = this.#now();
  }

  /** The channel lost its path. */
  detached(): void {
    this.#detached = true;
  }

  /** Settles when the next new byte passes. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** New bytes have passed. */
  moved(): void {
    const now = this.#now();
    if (this.#detached || now - this.#last > SILENCE_MS) this.#gap(this.#last, now, this.#detached);
    this.#last = now;
    this.#detached = false;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
