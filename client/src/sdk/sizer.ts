/**
 * Reports the newest size of the user's window to the other end of a terminal channel. Only one API call runs
 * at a time. Outdated sizes are skipped.
 */
import type { Clock } from '@unicore/protocol';

/** Pause before a failed call that reports the window size is repeated, ms. */
const RETRY_MS = 1_000;

export interface Size {
  readonly cols: number;
  readonly rows: number;
}

export interface SizerOptions {
  clock: Clock;
  size: Size;
  /** Calls the hub to set the window size of this viewer. */
  tell: (size: Size, viewer: string) => Promise<unknown>;
}

export class Sizer {
  readonly #options: SizerOptions;
  #wanted: Size;
  /** The last window size that was reported to the other end of the channel. */
  #told: Size | undefined;
  /** The name of this viewer, which the other end has chosen; undefined while the channel is not attached. */
  #viewer: string | undefined;
  #telling = false;
  #cancelRetry: (() => void) | undefined;

  constructor(options: SizerOptions) {
    this.#options = options;
    this.#wanted = options.size;
  }

  /** Returns the size for the metadata of the OPEN frame. The size then counts as reported. */
  forOpen(): Size {
    this.#told = this.#wanted;
    return this.#wanted;
  }

  want(size: Size): void {
    this.#wanted = size;
    void this.#tell();
  }

  attached(viewer: string): void {
    this.#viewer = viewer;
    void this.#tell();
  }

  detached(): void {
    this.#viewer = undefined;
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
  }

  async #tell(): Promise<void> {
    const viewer = this.#viewer;
    if (viewer === undefined || this.#telling || this.#cancelRetry || same(this.#told, this.#wanted)) return;
    const size = this.#wanted;
    this.#telling = true;
    const done = await this.#options.tell(size, viewer).then(
      () => true,
      () => false,
    );
    this.#telling = false;
    // The channel was attached again while the call that reports a size was running. So the result of that
    // call no longer counts. The new OPEN frame has already reported a size. If the window has changed since,
    // the new size is reported now.
    if (this.#viewer !== viewer) return void this.#tell();
    if (done) {
      this.#told = size;
      return void this.#tell();
    }
    this.#cancelRetry = this.#options.clock.after(RETRY_MS, () => {
      this.#cancelRetry = undefined;
      void this.#tell();
    });
  }
}

function same(a: Size | undefined, b: Size): boolean {
  return a !== undefined && a.cols === b.cols && a.rows === b.rows;
}
