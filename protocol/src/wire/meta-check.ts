/**
 * Checks packed msgpack before it is unpacked. Refuses a value that is too large, too deeply nested,
 * incomplete, or not plain data.
 */
import { UniCoreError } from './errors.ts';

export interface PackLimits {
  /** The most bytes of the whole packed value. */
  readonly bytes: number;
  /** How deeply arrays and maps may be nested. */
  readonly depth: number;
  /** The most array elements and map pairs in all arrays and maps together. */
  readonly entries: number;
}

/** This object key is refused, because it would change the prototype of the object. */
const FORBIDDEN_KEY = '__proto__';
/** The largest upper 32 bits of a 64-bit integer that a JavaScript number can hold exactly. */
const MAX_HIGH = 0x1fffff;

/** Number of bytes after a msgpack type byte, for the number types ca to d3 (hexadecimal). */
const NUMBER_BYTES = [4, 8, 1, 2, 4, 8, 1, 2, 4, 8];

/** Throws PROTOCOL_ERROR unless `bytes` is exactly one plain value within the limits. */
export function checkPacked(bytes: Uint8Array, limits: PackLimits): void {
  if (bytes.length > limits.bytes)
    throw refused(`has ${bytes.length} bytes; at most ${limits.bytes} are allowed`);
  const end = new Walk(bytes, limits).value(0, 0);
  if (end !== bytes.length) throw refused('is followed by other bytes');
}

class Walk {
  readonly #bytes: Uint8Array;
  readonly #limits: PackLimits;
  #entries = 0;

  constructor(bytes: Uint8Array, limits: PackLimits) {
    this.#bytes = bytes;
    this.#limits = limits;
  }

  /** Checks the value at offset `at`, and returns the offset where the next value begins. */
  value(at: number, depth: number): number {
    const head = this.#number(at, 1);
    const next = at + 1;
    if (head <= 0x7f || head >= 0xe0 || head === 0xc0 || head === 0xc2 || head === 0xc3) return next;
    if (head <= 0x8f) return this.#map(next, head & 0x0f, depth + 1);
    if (head <= 0x9f) return this.#array(next, head & 0x0f, depth + 1);
    if (head <= 0xbf || (head >= 0xd9 && head <= 0xdb)) return this.#string(at);
    if (head >= 0xc4 && head <= 0xc6) return this.#sized(next, 1 << (head - 0xc4));
    if (head >= 0xca && head <= 0xd3) return this.#numberValue(next, head);
    if (head === 0xdc) return this.#array(at + 3, this.#number(next, 2), depth + 1);
    if (head === 0xdd) return this.#array(at + 5, this.#number(next, 4), depth + 1);
    if (head === 0xde) return this.#map(at + 3, this.#number(next, 2), depth + 1);
    if (head === 0xdf) return this.#map(at + 5, this.#number(next, 4), depth + 1);
    throw refused('has an extension type; only plain values are allowed');
  }

  #array(at: number, length: number, depth: number): number {
    this.#enter(length, depth);
    for (let i = 0; i < length; i++) at = this.value(at, depth);
    return at;
  }

  #map(at: number, length: number, depth: number): number {
    this.#enter(length, depth);
    for (let i = 0; i < length; i++) at = this.value(this.#key(at), depth);
    return at;
  }

  /** Checks the depth and the number of entries of an array or map, before any entry is read. */
  #enter(length: number, depth: number): void {
    this.#entries += length;
    if (depth > this.#limits.depth) throw refused(`is nested deeper than ${this.#limits.depth}`);
    if (this.#entries > this.#limits.entries)
      throw refused(`has more than ${this.#limits.entries} entries in all`);
  }

  #key(at: number): number {
    const head = this.#number(at, 1);
    if ((head & 0xe0) !== 0xa0 && (head < 0xd9 || head > 0xdb)) throw refused('has a key that is no string');
    const end = this.#string(at);
    if (this.#is(this.#contentAt(at), end, FORBIDDEN_KEY)) throw refused(`has the key ${FORBIDDEN_KEY}`);
    return end;
  }

  /** Checks the string whose type byte is at offset `at`, and returns the offset where the string ends. */
  #string(at: number): number {
    const head = this.#bytes[at]!;
    const start = this.#contentAt(at);
    return this.#skip(start, head <= 0xbf ? head & 0x1f : this.#number(at + 1, start - at - 1));
  }

  /** Returns the offset where the content of the string at `at` begins. */
  #contentAt(at: number): number {
    const head = this.#bytes[at]!;
    return head <= 0xbf ? at + 1 : at + 1 + (1 << (head - 0xd9));
  }

  /**
   * Skips content whose length is written in the `width` bytes at offset `at`. Returns the offset after the
   * content.
   */
  #sized(at: number, width: number): number {
    return this.#skip(at + width, this.#number(at, width));
  }

  #numberValue(at: number, head: number): number {
    const end = this.#skip(at, NUMBER_BYTES[head - 0xca]!);
    if (head === 0xcf || head === 0xd3) {
      const high = this.#number(at, 4);
      const magnitude = head === 0xd3 && high > 0x7fffffff ? 0xffffffff - high : high;
      if (magnitude > MAX_HIGH) throw refused('has an integer beyond 2^53');
    }
    return end;
  }

  /** Returns true if the bytes from `start` to `end` are the ASCII text `text`. */
  #is(start: number, end: number, text: string): boolean {
    if (end - start !== text.length) return false;
    for (let i = 0; i < text.length; i++) if (this.#bytes[start + i] !== text.charCodeAt(i)) return false;
    return true;
  }

  #skip(at: number, length: number): number {
    if (length > this.#bytes.length - at) throw refused('is cut off');
    return at + length;
  }

  /** Reads a big-endian unsigned number of 1, 2 or 4 bytes. */
  #number(at: number, width: number): number {
    this.#skip(at, width);
    let value = 0;
    for (let i = 0; i < width; i++) value = value * 256 + this.#bytes[at + i]!;
    return value;
  }
}

function refused(problem: string): UniCoreError {
  return new UniCoreError('PROTOCOL_ERROR', `The metadata ${problem}.`);
}
