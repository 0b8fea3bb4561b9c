/**
 * A ring buffer with the latest output of a terminal. Offsets are absolute: they count from the first byte
 * that the terminal printed.
 */

/**
 * Capacity in bytes. A viewer that is further behind gets a snapshot instead of the output. Unused parts of
 * the buffer take no memory.
 */
export const RING_BYTES = 2 * 2 ** 20;

export class Ring {
  readonly #memory: Buffer;
  #end = 0;

  constructor(capacity: number = RING_BYTES) {
    this.#memory = Buffer.allocUnsafeSlow(capacity);
  }

  /** Offset of the oldest byte in the buffer. */
  get start(): number {
    return Math.max(0, this.#end - this.#memory.length);
  }

  /** Offset after the newest byte. */
  get end(): number {
    return this.#end;
  }

  append(bytes: Uint8Array): void {
    const capacity = this.#memory.length;
    const kept = bytes.length > capacity ? bytes.subarray(bytes.length - capacity) : bytes;
    const at = (this.#end + bytes.length - kept.length) % capacity;
    const first = kept.subarray(0, capacity - at);
    this.#memory.set(first, at);
    this.#memory.set(kept.subarray(first.length), 0);
    this.#end += bytes.length;
  }

  /**
   * Returns a copy of at most `max` bytes, beginning at offset `from`. The offset must be between start and
   * end.
   */
  read(from: number, max: number): Uint8Array {
    if (from < this.start || from > this.#end) {
      throw new RangeError(`offset ${from} is not between ${this.start} and ${this.#end}`);
    }
    const out = new Uint8Array(Math.min(max, this.#end - from));
    const at = from % this.#memory.length;
    const first = this.#memory.subarray(at, at + out.length);
    out.set(first);
    out.set(this.#memory.subarray(0, out.length - first.length), first.length);
    return out;
  }
}
