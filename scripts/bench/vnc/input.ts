/** Bytes for parsers that are written as generators. A parser yields when it needs more bytes than have arrived. */

/** Yields each time it needs more bytes than have arrived. */
export type Reading<T> = Generator<void, T, void>;

export class Input {
  #bytes: Buffer = Buffer.alloc(0);

  add(bytes: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
  }

  /** Returns the next bytes, and waits for them. */
  *take(count: number): Reading<Buffer> {
    while (this.#bytes.length < count) yield;
    const taken = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return taken;
  }
}
