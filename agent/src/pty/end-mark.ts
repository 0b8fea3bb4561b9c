/**
 * Finds the end of a program's output. When the program has ended, a unique mark is written to its terminal.
 * Bytes before the mark are output. Bytes after the mark are ignored.
 */
import { randomInt } from 'node:crypto';

const NONCE_DIGITS = 30;

export class EndMark {
  /**
   * The bytes of the mark: digits between control characters, without a newline. So no output setting of the
   * terminal changes the mark.
   */
  readonly bytes: Buffer;
  #held: Buffer = Buffer.alloc(0);

  constructor() {
    const nonce = Array.from({ length: NONCE_DIGITS }, () => randomInt(10)).join('');
    this.bytes = Buffer.from(`\x1b]7717;${nonce}\x07`);
  }

  /**
   * Returns the bytes of the chunk that are output of the program. Bytes that may be the start of the mark
   * are held back until the next chunk.
   */
  take(chunk: Uint8Array): { output: Uint8Array; found: boolean } {
    const all = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : asBuffer(chunk);
    const at = all.indexOf(this.bytes);
    if (at >= 0) return { output: all.subarray(0, at), found: true };
    const keep = this.#beginningAtEndOf(all);
    this.#held = Buffer.from(all.subarray(all.length - keep));
    return { output: all.subarray(0, all.length - keep), found: false };
  }

  /** Returns the bytes that were held back. They are output if the mark never comes. */
  rest(): Uint8Array {
    return this.#held;
  }

  #beginningAtEndOf(all: Buffer): number {
    for (let n = Math.min(all.length, this.bytes.length - 1); n > 0; n--) {
      if (all.subarray(all.length - n).equals(this.bytes.subarray(0, n))) return n;
    }
    return 0;
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
