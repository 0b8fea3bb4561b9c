/**
 * Pauses between the attempts of a repeated action, such as connecting. The pauses grow with each attempt and
 * are partly random (jitter). The jitter keeps many clients that lost the same hub from reconnecting at the
 * same moment.
 */
export interface BackoffOptions {
  /** First pause, ms. */
  first: number;
  /** Longest pause, ms. */
  most: number;
  /**
   * A second limit for the longest pause, for long outages. It is `most` ms, and is used once the pauses
   * together have lasted `after` ms.
   */
  later?: { after: number; most: number };
  /** A random number, uniform in [0, 1). */
  random: () => number;
}

/**
 * Longest pause before a retry while a user waits, ms. The goal is to reconnect within a second after an
 * outage ends. This limit leaves time for the handshakes. Pauses get longer only after RECOVERY_MS of
 * waiting.
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
   * Returns the next pause, ms. It is a random value between half of the current step and the whole step. The
   * step doubles each time, up to the longest pause.
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
