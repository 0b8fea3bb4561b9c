/**
 * Part of the chaos runs: detects when one direction of a channel transfers no bytes for a while (a pause).
 * Reports each pause when the next bytes arrive.
 */

/** Shortest pause between bytes that is reported, ms. Without faults, bytes arrive every 40 ms. */
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

  /** Starts to watch this direction of the channel for pauses. Bytes are expected from this call on. */
  begin(): void {
    this.#last = this.#now();
  }

  /** The caller calls this method when the channel lost its connection. */
  detached(): void {
    this.#detached = true;
  }

  /** Resolves when the next new bytes arrive in this direction of the channel. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The caller calls this method when new bytes have arrived in this direction of the channel. */
  moved(): void {
    const now = this.#now();
    if (this.#detached || now - this.#last > SILENCE_MS) this.#gap(this.#last, now, this.#detached);
    this.#last = now;
    this.#detached = false;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
