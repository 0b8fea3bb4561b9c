/**
 * Finds the end of a program's output. When the program is gone, a mark is written behind its last byte; what comes
 * before the mark is output, and nothing after it matters.
 */
import { randomInt } from 'node:crypto';

const NONCE_DIGITS = 30;

export class EndMark {
  /** Digits only, and no newline: no output setting of a terminal changes it. */
  readonly bytes: Buffer;
  #held: Buffer = Buffer.alloc(0);

  constructor() {
    const nonce = Array.from({ length: NONCE_DIGITS }, () => randomInt(10)).join('');
    this.bytes = Buffer.from(`\x1b]7717;${nonce}\x07`);
  }

  /** The output within the bytes. A beginning of the mark is held back until it is known to be none. */
  take(chunk: Uint8Array): { output: Uint8Array; found: boolean } {
    const all = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : asBuffer(chunk);
    const at = all.indexOf(this.bytes);
    if (at >= 0) return { output: all.subarray(0, at), found: true };
    const keep = this.#beginningAtEndOf(all);
    this.#held = Buffer.from(all.subarray(all.length - keep));
    return { output: all.subarray(0, all.length - keep), found: false };
  }

  /** What was held back, when the mark never came. */
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
