/**
 * Bytes that have arrived and are not used yet. Bytes that were handed out never change: new bytes are written
 * behind them, or into new memory.
 */

const MIN_CAPACITY = 4096;

export class InputBuffer {
  #memory: Buffer = Buffer.alloc(0);
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  /** The bytes that are not yet used. */
  get bytes(): Buffer {
    return this.#memory.subarray(this.#start, this.#end);
  }

  /** Adds bytes. The caller must not change them afterwards. */
  add(bytes: Uint8Array): void {
    if (this.length === 0) {
      this.#memory = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      this.#start = 0;
      this.#end = bytes.length;
      return;
    }
    if (this.#end + bytes.length > this.#capacity) this.#grow(this.length + bytes.length);
    this.#memory.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** Removes up to `count` bytes. Returns how many were removed. */
  use(count: number): number {
    const used = Math.min(count, this.length);
    this.#start += used;
    return used;
  }

  get #capacity(): number {
    return this.#memory.length;
  }

  /** Doubles the memory. So a message that arrives in many small pieces is copied only a few times. */
  #grow(needed: number): void {
    const memory = Buffer.alloc(Math.max(MIN_CAPACITY, 2 * needed));
    memory.set(this.bytes);
    this.#end = this.length;
    this.#start = 0;
    this.#memory = memory;
  }
}
