/**
 * Memory for the large frames that a sender makes, used again once the socket has taken them: with fresh memory for each, a
 * flood spends half of its time in the collector.
 */
import { MAX_DATA } from './frame.ts';

/** Smaller frames get memory of their own: it costs them little. */
const LARGE = 4 * 1024;
/** Room for a DATA of any length. */
const SIZE = MAX_DATA + 64;
/** More than a socket ever holds unsent. */
const MOST_FREE = 16;

export class FrameMemory {
  readonly #free: ArrayBuffer[] = [];
  /** Given out. */
  readonly #lent = new Set<ArrayBufferLike>();

  take(size: number): Uint8Array {
    if (size < LARGE || size > SIZE) return new Uint8Array(size);
    const buffer = this.#free.pop() ?? new ArrayBuffer(SIZE);
    this.#lent.add(buffer);
    return new Uint8Array(buffer, 0, size);
  }

  /** These bytes lie in memory that was lent. */
  lent(bytes: Uint8Array): boolean {
    return this.#lent.has(bytes.buffer);
  }

  /** Nobody reads these bytes any more. */
  giveBack(bytes: Uint8Array): void {
    if (this.#lent.delete(bytes.buffer) && this.#free.length < MOST_FREE) {
      this.#free.push(bytes.buffer as ArrayBuffer);
    }
  }
}
