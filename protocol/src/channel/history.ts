/**
 * The latest uncompressed bytes of one direction. A DATAZ frame may refer to these bytes. Memory is allocated
 * only as bytes arrive.
 */

const FIRST_BYTES = 1024;

export class History {
  readonly #capacity: number;
  /**
   * The kept bytes. The array is filled from index 0 while it grows. At its full size, the array is a ring
   * buffer.
   */
  #memory = new Uint8Array(0);
  /** The index in #memory where the next byte will be stored. */
  #at = 0;
  #size = 0;
  #end: number;

  /** `offset` is the stream offset of the first byte that will be appended. */
  constructor(capacity: number, offset = 0) {
    this.#capacity = capacity;
    this.#end = offset;
  }

  /** The stream offset of the oldest byte that is still kept. */
  get start(): number {
    return this.#end - this.#size;
  }

  append(bytes: Uint8Array): void {
    const latest = bytes.length > this.#capacity ? bytes.subarray(bytes.length - this.#capacity) : bytes;
    this.#makeRoom(latest.length);
    const whole = this.#memory.length - this.#at;
    if (latest.length <= whole) this.#memory.set(latest, this.#at);
    else {
      this.#memory.set(latest.subarray(0, whole), this.#at);
      this.#memory.set(latest.subarray(whole), 0);
    }
    this.#at = (this.#at + latest.length) % this.#memory.length || 0;
    this.#size = Math.min(this.#size + latest.length, this.#memory.length);
    this.#end += bytes.length;
  }

  /**
   * Copies kept bytes, beginning at stream offset `from`, into `out`. Returns the number of copied bytes.
   * Throws if the byte at `from` is not kept.
   */
  copy(from: number, out: Uint8Array): number {
    const length = Math.min(this.#end - from, out.length);
    if (from < this.start || length < 0) throw new RangeError(`offset ${from} is not in this history`);
    const at = (this.#at - (this.#end - from) + this.#memory.length) % this.#memory.length || 0;
    const first = this.#memory.subarray(at, at + length);
    out.set(first);
    out.set(this.#memory.subarray(0, length - first.length), first.length);
    return length;
  }

  #makeRoom(more: number): void {
    const wanted = this.#size + more;
    if (wanted <= this.#memory.length || this.#memory.length === this.#capacity) return;
    let size = Math.max(FIRST_BYTES, this.#memory.length);
    while (size < wanted) size *= 2;
    const grown = new Uint8Array(Math.min(size, this.#capacity));
    // #memory is not used as a ring buffer yet, so its bytes are in order from index 0.
    grown.set(this.#memory.subarray(0, this.#size));
    this.#memory = grown;
    this.#at = this.#size;
  }
}
