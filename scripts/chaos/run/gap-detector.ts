/** Detects pauses in one direction of a channel, and reports each pause when the next bytes arrive. */

/** Shortest pause that is reported, ms. Without faults, bytes arrive every 40 ms. */
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

  /** Starts to watch for pauses. Bytes are expected from this call on. */
  begin(): void {
    this.#last = this.#now();
  }

  /** Called when the channel lost its connection. */
  detached(): void {
    this.#detached = true;
  }

  /** Resolves when the next new byte arrives. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Called when new bytes have arrived. */
  moved(): void {
    const now = this.#now();
    if (this.#detached || now - this.#last > SILENCE_MS) this.#gap(this.#last, now, this.#detached);
    this.#last = now;
    this.#detached = false;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
