/**
 * All bytes that one direction of a channel has carried, over any legs. Repeated bytes must be equal each
 * time.
 */

export class Stream {
  #bytes = new Uint8Array(4096);
  #end = 0;
  /** Offset below which the receiver has confirmed all bytes, over any attachment. */
  confirmed = 0;
  /** Length of the stream in bytes. Known only after FIN has passed. */
  finalOff: number | undefined;

  /** Offset after the last byte that was seen. The end of the stream counts as a byte. */
  get end(): number {
    return this.finalOff === undefined ? this.#end : this.finalOff + 1;
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#end);
  }

  take(off: number, bytes: Uint8Array): void {
    if (off > this.#end) throw new Error(`bytes at ${off}, but those from ${this.#end} never came by`);
    const end = off + bytes.length;
    if (this.finalOff !== undefined && end > this.finalOff) throw new Error(`bytes behind the end`);
    const known = this.#bytes.subarray(off, Math.min(end, this.#end));
    if (Buffer.compare(known, bytes.subarray(0, known.length)) !== 0) {
      throw new Error(`other bytes at ${off} than the last time`);
    }
    while (end > this.#bytes.length) this.#bytes = doubled(this.#bytes);
    this.#bytes.set(bytes, off);
    this.#end = Math.max(this.#end, end);
  }

  finish(finalOff: number): void {
    if (finalOff !== (this.finalOff ?? this.#end))
      throw new Error(`FIN at ${finalOff} instead of ${this.#end}`);
    this.finalOff = finalOff;
  }
}

function doubled(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(bytes.length * 2);
  larger.set(bytes);
  return larger;
}
