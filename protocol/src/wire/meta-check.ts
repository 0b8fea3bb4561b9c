/** Checks packed msgpack before it is unpacked. Refuses what is too large, too deep, cut off or more than plain data. */
import { UniCoreError } from './errors.ts';

export interface PackLimits {
  /** Most bytes of the whole packed value. */
  readonly bytes: number;
  /** How deep arrays and maps may be nested. */
  readonly depth: number;
  /** Most array elements and map pairs, all together. */
  readonly entries: number;
}

/** An object key that would change the object's prototype. */
const FORBIDDEN_KEY = '__proto__';
/** A u64 or i64 whose upper half is beyond this is not exact as a JavaScript number. */
const MAX_HIGH = 0x1fffff;

/** Bytes of the number behind a head byte, for the heads ca to d3. */
const NUMBER_BYTES = [4, 8, 1, 2, 4, 8, 1, 2, 4, 8];

/** Returns if `bytes` is exactly one plain value within the limits; throws PROTOCOL_ERROR otherwise. */
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

  /** Checks the value at `at` and returns where the next one begins. */
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

  /** Counts the entries of an array or map before reading any of them. */
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

  /** Checks the string whose head is at `at` and returns where it ends. */
  #string(at: number): number {
    const head = this.#bytes[at]!;
    const start = this.#contentAt(at);
    return this.#skip(start, head <= 0xbf ? head & 0x1f : this.#number(at + 1, start - at - 1));
  }

  /** Returns where the content of the string at `at` begins. */
  #contentAt(at: number): number {
    const head = this.#bytes[at]!;
    return head <= 0xbf ? at + 1 : at + 1 + (1 << (head - 0xd9));
  }

  /** Skips content whose length is written in the `width` bytes at `at`. */
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

  /** Whether the bytes from `start` to `end` are `text` (ASCII). */
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
