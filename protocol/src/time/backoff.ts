/** Growing pauses with jitter, so that many who lost the same hub do not come back in the same moment. */
export interface BackoffOptions {
  /** First pause, ms. */
  first: number;
  /** Longest pause, ms. */
  most: number;
  /** Who has waited for so long in all, ms, goes on with longer pauses, up to this `most`. */
  later?: { after: number; most: number };
  /** Uniform in [0, 1). */
  random: () => number;
}

/**
 * The longest pause before whatever a person waits for is tried again, ms: with a second's goal for coming back after an
 * outage it leaves time for the handshakes. Longer pauses are for outages of more than RECOVERY_MS.
 */
export const RECOVERY_PAUSE_MS = 300;
export const RECOVERY_MS = 90_000;

export class Backoff {
  readonly #options: BackoffOptions;
  #step = 0;
  #waited = 0;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** The next pause, ms: between half and all of a step that doubles up to the longest. */
  next(): number {
    const { first, most, later, random } = this.#options;
    const longest = later && this.#waited >= later.after ? later.most : most;
    this.#step = Math.min(longest, this.#step === 0 ? first : this.#step * 2);
    const pause = this.#step * (0.5 + random() / 2);
    this.#waited += pause;
    return pause;
  }

  reset(): void {
    this.#step = 0;
    this.#waited = 0;
  }
}
