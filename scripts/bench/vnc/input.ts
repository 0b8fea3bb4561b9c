/** Bytes that a generator reads. The generator yields when it needs more bytes than have come. */

/** Yields each time more bytes are needed. */
export type Reading<T> = Generator<void, T, void>;

export class Input {
  #bytes: Buffer = Buffer.alloc(0);

  add(bytes: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
  }

  /** Returns the next bytes. */
  *take(count: number): Reading<Buffer> {
    while (this.#bytes.length < count) yield;
    const taken = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return taken;
  }
}
