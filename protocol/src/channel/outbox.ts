/** A queue of bytes to send. The application adds bytes, and the channel removes them when it has credit. */
export class Outbox {
  #chunks: Uint8Array[] = [];
  #size = 0;

  /** Bytes that wait. */
  get size(): number {
    return this.#size;
  }

  /** Adds bytes to the queue without copying them. The caller must not change these bytes afterwards. */
  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#chunks.push(bytes);
    this.#size += bytes.length;
  }

  /**
   * Removes and returns at most `max` bytes. Joins small pushes into one array. Returns undefined if the
   * queue is empty.
   */
  pull(max: number): Uint8Array | undefined {
    const first = this.#chunks[0];
    if (first === undefined || max <= 0) return undefined;
    if (first.length >= max || this.#chunks.length === 1) return this.#takeFrom(first, max);
    const out = new Uint8Array(Math.min(max, this.#size));
    let filled = 0;
    let used = 0;
    for (const chunk of this.#chunks) {
      const part = chunk.subarray(0, out.length - filled);
      out.set(part, filled);
      filled += part.length;
      if (part.length < chunk.length) {
        this.#chunks[used] = chunk.subarray(part.length);
        break;
      }
      used++;
      if (filled === out.length) break;
    }
    this.#chunks.splice(0, used);
    this.#size -= filled;
    return out;
  }

  clear(): void {
    this.#chunks = [];
    this.#size = 0;
  }

  #takeFrom(first: Uint8Array, max: number): Uint8Array {
    const taken = first.subarray(0, max);
    if (taken.length === first.length) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(taken.length);
    this.#size -= taken.length;
    return taken;
  }
}
