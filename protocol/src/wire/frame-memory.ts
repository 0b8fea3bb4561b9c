/**
 * Reusable buffers for the large frames that a sender makes. With fresh memory for each frame, a flood would spend half
 * of its time in garbage collection.
 */
import { MAX_DATA } from './frame.ts';

/** Frames smaller than this get memory of their own, which costs little. */
const LARGE = 4 * 1024;
/** Bytes of one buffer: enough for the longest DATA frame. */
const SIZE = MAX_DATA + 64;
/** Free buffers that are kept for reuse. A socket never holds more unsent frames than this. */
const MOST_FREE = 16;

export class FrameMemory {
  readonly #free: ArrayBuffer[] = [];
  /** Buffers that are in use. */
  readonly #lent = new Set<ArrayBufferLike>();

  take(size: number): Uint8Array {
    if (size < LARGE || size > SIZE) return new Uint8Array(size);
    const buffer = this.#free.pop() ?? new ArrayBuffer(SIZE);
    this.#lent.add(buffer);
    return new Uint8Array(buffer, 0, size);
  }

  /** True if these bytes lie in a buffer that take() gave out. */
  lent(bytes: Uint8Array): boolean {
    return this.#lent.has(bytes.buffer);
  }

  /** Frees the buffer of these bytes. Nothing may read them afterwards. */
  giveBack(bytes: Uint8Array): void {
    if (this.#lent.delete(bytes.buffer) && this.#free.length < MOST_FREE) {
      this.#free.push(bytes.buffer as ArrayBuffer);
    }
  }
}
