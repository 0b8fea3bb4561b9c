/**
 * A byte stream for parsers that are written as generators. A parser looks at the next bytes, and then passes them
 * on or drops them. It yields when it needs more bytes than have arrived. Only bytes that a parser looks at are
 * stored, so a length in the stream never decides how much memory is used.
 */

const EMPTY = Buffer.alloc(0);

/** Yields each time it needs more bytes than have arrived. */
export type Reading<T> = Generator<void, T, void>;

export class ByteSource {
  #bytes: Buffer = EMPTY;
  /** Position of the next byte that the parser has not passed on or dropped. */
  #at = 0;
  /** Position of the first byte that was passed on and was not returned by takePassed() yet. */
  #from = 0;
  #passed: Buffer[] = [];

  /** Adds bytes that have arrived. The caller must not change them afterwards. */
  add(bytes: Buffer): void {
    const rest = this.#bytes.subarray(this.#at);
    this.#bytes = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    this.#at = 0;
    this.#from = 0;
  }

  /** Returns the bytes that were passed on since the last call. */
  takePassed(): Buffer[] {
    this.#cut();
    const passed = this.#passed;
    this.#passed = [];
    return passed;
  }

  /** Waits until `count` bytes have arrived. */
  *wait(count: number): Reading<void> {
    while (this.#bytes.length - this.#at < count) yield;
  }

  u8(offset: number): number {
    return this.#bytes[this.#at + offset]!;
  }

  u16(offset: number): number {
    return this.#bytes.readUInt16BE(this.#at + offset);
  }

  u32(offset: number): number {
    return this.#bytes.readUInt32BE(this.#at + offset);
  }

  i32(offset: number): number {
    return this.#bytes.readInt32BE(this.#at + offset);
  }

  /** Returns bytes that have arrived. Does not change the position. */
  slice(offset: number, count: number): Buffer {
    return this.#bytes.subarray(this.#at + offset, this.#at + offset + count);
  }

  /** Passes the next `count` bytes on. */
  *pass(count: number): Reading<void> {
    for (let left = this.#move(count); left > 0; left = this.#move(left)) yield;
  }

  /** Drops the next `count` bytes. */
  *drop(count: number): Reading<void> {
    this.#cut();
    for (let left = count; ; ) {
      left = this.#move(left);
      this.#from = this.#at;
      if (left === 0) return;
      yield;
    }
  }

  /** Moves the position by at most `count` bytes. Returns the number of bytes that have not arrived yet. */
  #move(count: number): number {
    const moved = Math.min(count, this.#bytes.length - this.#at);
    this.#at += moved;
    return count - moved;
  }

  #cut(): void {
    if (this.#at > this.#from) this.#passed.push(this.#bytes.subarray(this.#from, this.#at));
    this.#from = this.#at;
  }
}
