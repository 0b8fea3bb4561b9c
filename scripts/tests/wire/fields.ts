/** Reads the field forms of PROTOCOL.md section 2. Only one encoding of each value is legal. */
import type { Meta } from './frames.ts';
import { readPlain } from './msgpack.ts';

/** Longest reason in bytes, from PROTOCOL.md section 9. */
const REASON_BYTES = 512;

export class Fields {
  readonly #bytes: Uint8Array;
  #at = 0;
  /** Number of elements of the current frame that were read so far. */
  count = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  arrayHeader(): number {
    this.count = 0;
    const byte = this.#number(1);
    if (byte < 0x90 || byte > 0x9f) throw new Error(`a frame that begins with ${byte.toString(16)}`);
    return byte - 0x90;
  }

  fixint(): number {
    this.count++;
    const byte = this.#number(1);
    if (byte > 0x7f) throw new Error(`${byte.toString(16)} where a fixint belongs`);
    return byte;
  }

  u16(most = 0xffff, least = 0): number {
    const value = this.#tagged(0xcd, 2);
    if (value < least || value > most) throw new Error(`${value} is not within ${least} to ${most}`);
    return value;
  }

  u32(): number {
    return this.#tagged(0xce, 4);
  }

  u64(): number {
    const value = this.#tagged(0xcf, 8);
    if (value > Number.MAX_SAFE_INTEGER) throw new Error('a number above 2^53 - 1');
    return value;
  }

  channel(): number {
    const ch = this.u32();
    if (ch === 0) throw new Error('channel number 0');
    return ch;
  }

  bool(): boolean {
    this.count++;
    const byte = this.#number(1);
    if (byte !== 0xc2 && byte !== 0xc3) throw new Error(`${byte.toString(16)} where a bool belongs`);
    return byte === 0xc3;
  }

  epoch(): string {
    if (this.#tagged(0xc4, 1) !== 16) throw new Error('an epoch that has not 16 bytes');
    return Buffer.from(this.#take(16)).toString('hex');
  }

  bin(atMost: number): Uint8Array {
    const length = this.#tagged(0xc5, 2);
    if (length > atMost) throw new Error(`a bin of ${length} bytes where ${atMost} are allowed`);
    return this.#take(length);
  }

  reason(): string {
    return new TextDecoder().decode(this.bin(REASON_BYTES));
  }

  meta(): Meta {
    return readPlain(this.bin(0xffff));
  }

  #tagged(tag: number, bytes: number): number {
    this.count++;
    const found = this.#number(1);
    if (found !== tag) throw new Error(`${found.toString(16)} where ${tag.toString(16)} belongs`);
    return this.#number(bytes);
  }

  #number(bytes: number): number {
    return this.#take(bytes).reduce((value, byte) => value * 256 + byte, 0);
  }

  #take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw new Error('a frame that ends in the middle');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}
