/** Growing pauses with jitter, so that many clients that lost the same hub do not reconnect in the same moment. */
export interface BackoffOptions {
  /** First pause, ms. */
  first: number;
  /** Longest pause, ms. */
  most: number;
  /** A second limit for long outages: after `after` ms of waiting in total, pauses may grow up to this `most`. */
  later?: { after: number; most: number };
  /** A random number, uniform in [0, 1). */
  random: () => number;
}

/**
 * The longest pause before a retry that a person waits for, ms. The goal is to be back a second after an outage ends;
 * this leaves time for the handshakes. Pauses get longer only when the outage has lasted RECOVERY_MS.
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

  /**
   * The next pause, ms: a random value between half a step and a whole one. The step doubles each time, up to the
   * longest pause.
   */
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
