/** Growing pauses with jitter, so that many who lost the same hub do not come back in the same moment. */
export interface BackoffOptions {
  /** First pause, ms. */
  first: number;
  /** Longest pause, ms. */
  most: number;
  /** Uniform in [0, 1). */
  random: () => number;
}

export class Backoff {
  readonly #options: BackoffOptions;
  #tries = 0;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** The next pause, ms: between half and all of a step that doubles up to the longest. */
  next(): number {
    const { first, most, random } = this.#options;
    const step = Math.min(most, first * 2 ** Math.min(this.#tries++, 30));
    return step * (0.5 + random() / 2);
  }

  reset(): void {
    this.#tries = 0;
  }
}
