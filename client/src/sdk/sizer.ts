/** Tells the other end the newest window size: one call at a time, and never one that is out of date. */
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
  /** Resizes the viewer's window at the other end. */
  tell: (size: Size, viewer: string) => Promise<unknown>;
}

export class Sizer {
  readonly #options: SizerOptions;
  #wanted: Size;
  /** What the other end knows. */
  #told: Size | undefined;
  /** This attachment's name at the other end; undefined while there is none. */
  #viewer: string | undefined;
  #telling = false;
  #cancelRetry: (() => void) | undefined;

  constructor(options: SizerOptions) {
    this.#options = options;
    this.#wanted = options.size;
  }

  /** The size for the metadata of an OPEN, which thereby tells it. */
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
    // A new attachment has told a size of its own meanwhile.
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
