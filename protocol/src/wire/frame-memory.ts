/**
 * Reusable buffers for the large frames that a sender makes. If each frame used new memory, a flood (bulk
 * data) would spend half of its time in garbage collection.
 */
import { MAX_DATA } from './frame.ts';

/** Frames with fewer bytes than this get new memory, because small allocations are cheap. */
const LARGE = 4 * 1024;
/** The size of one buffer in bytes: enough for the longest DATA frame. */
const SIZE = MAX_DATA + 64;
/** The most free buffers that are kept for reuse. A socket never holds more unsent frames than this. */
const MOST_FREE = 16;

export class FrameMemory {
  readonly #free: ArrayBuffer[] = [];
  /** Buffers that are in use now. */
  readonly #lent = new Set<ArrayBufferLike>();

  take(size: number): Uint8Array {
    if (size < LARGE || size > SIZE) return new Uint8Array(size);
    const buffer = this.#free.pop() ?? new ArrayBuffer(SIZE);
    this.#lent.add(buffer);
    return new Uint8Array(buffer, 0, size);
  }

  /** True if these bytes are in a buffer from take() that is still in use. */
  lent(bytes: Uint8Array): boolean {
    return this.#lent.has(bytes.buffer);
  }

  /** Makes the buffer of these bytes free for reuse. Nothing may read the bytes afterwards. */
  giveBack(bytes: Uint8Array): void {
    if (this.#lent.delete(bytes.buffer) && this.#free.length < MOST_FREE) {
      this.#free.push(bytes.buffer as ArrayBuffer);
    }
  }
}
