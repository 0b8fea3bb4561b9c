/** Reports the newest window size to the other end. One call runs at a time, and old sizes are skipped. */
import type { Clock } from '@unicore/protocol';

/** Pause after a call that failed, ms. */
const RETRY_MS = 1_000;

export interface Size {
  readonly cols: number;
  readonly rows: number;
}

export interface SizerOptions {
  clock: Clock;
  size: Size;
  /** Calls the hub to resize this viewer's window. */
  tell: (size: Size, viewer: string) => Promise<unknown>;
}

export class Sizer {
  readonly #options: SizerOptions;
  #wanted: Size;
  /** The last size that the other end was told. */
  #told: Size | undefined;
  /** The other end's name for this attachment; undefined while not attached. */
  #viewer: string | undefined;
  #telling = false;
  #cancelRetry: (() => void) | undefined;

  constructor(options: SizerOptions) {
    this.#options = options;
    this.#wanted = options.size;
  }

  /** Returns the size for OPEN's metadata, and counts it as told. */
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
    // A new attachment has begun meanwhile. Its OPEN carried a size of its own.
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
