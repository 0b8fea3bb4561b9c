/**
 * A byte stream that a generator reads: it looks at the next bytes, and passes them on or drops them. The
 * generator yields when it needs more bytes than have come. Only bytes that are looked at are ever kept, so
 * the memory used does not depend on any length inside the stream.
 */

const EMPTY = Buffer.alloc(0);

/** Yields each time more bytes are needed. */
export type Reading<T> = Generator<void, T, void>;

export class ByteSource {
  #bytes: Buffer = EMPTY;
  /** Position of the next byte. */
  #at = 0;
  /** Position of the first byte that was passed on and not yet taken. */
  #from = 0;
  #passed: Buffer[] = [];

  /** Adds bytes that have come. They must not be changed afterwards. */
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

  /** Waits until `count` bytes can be looked at. */
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

  /** Returns bytes that have come, without moving on. */
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

  /** Moves on by up to `count` bytes, and returns how many are left. */
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
