/**
 * Reads and writes metadata as in PROTOCOL.md section 2. Reads plain msgpack, and writes the values that a
 * client sends.
 */

export type Plain = null | boolean | number | string | Uint8Array | Plain[] | { [key: string]: Plain };

/** Largest metadata in bytes, from PROTOCOL.md section 9. */
const META_BYTES = 8192;
const DEPTH = 8;
const ENTRIES = 256;

const text = new TextDecoder();

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #entries = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  value(depth: number): Plain {
    const tag = this.#uint(1);
    if (tag < 0x80) return tag;
    if (tag < 0x90) return this.#map(tag & 0x0f, depth);
    if (tag < 0xa0) return this.#array(tag & 0x0f, depth);
    if (tag < 0xc0) return text.decode(this.#take(tag & 0x1f));
    if (tag >= 0xe0) return tag - 0x100;
    switch (tag) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#take(this.#uint(1 << (tag - 0xc4)));
      case 0xca:
        return this.#number(4, (at) => this.#view.getFloat32(at));
      case 0xcb:
        return this.#number(8, (at) => this.#view.getFloat64(at));
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#uint(1 << (tag - 0xcc));
      case 0xcf:
        return safe(this.#number(8, (at) => this.#view.getBigUint64(at)));
      case 0xd0:
        return this.#number(1, (at) => this.#view.getInt8(at));
      case 0xd1:
        return this.#number(2, (at) => this.#view.getInt16(at));
      case 0xd2:
        return this.#number(4, (at) => this.#view.getInt32(at));
      case 0xd3:
        return safe(this.#number(8, (at) => this.#view.getBigInt64(at)));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return text.decode(this.#take(this.#uint(1 << (tag - 0xd9))));
      case 0xdc:
      case 0xdd:
        return this.#array(this.#uint(2 << (tag - 0xdc)), depth);
      case 0xde:
      case 0xdf:
        return this.#map(this.#uint(2 << (tag - 0xde)), depth);
      default:
        throw new Error(`metadata holds the msgpack tag ${tag.toString(16)}, which is no plain value`);
    }
  }

  #array(length: number, depth: number): Plain[] {
    this.#open(length, depth);
    return Array.from({ length }, () => this.value(depth + 1));
  }

  #map(length: number, depth: number): Plain {
    this.#open(length, depth);
    const map: { [key: string]: Plain } = {};
    for (let i = 0; i < length; i++) {
      const key = this.value(depth + 1);
      if (typeof key !== 'string' || key === '__proto__')
        throw new Error('metadata has a key that it may not');
      map[key] = this.value(depth + 1);
    }
    return map;
  }

  #open(entries: number, depth: number): void {
    this.#entries += entries;
    if (depth >= DEPTH) throw new Error(`metadata is deeper than ${DEPTH}`);
    if (this.#entries > ENTRIES) throw new Error(`metadata has more than ${ENTRIES} entries`);
  }

  #uint(bytes: number): number {
    return this.#take(bytes).reduce((value, byte) => value * 256 + byte, 0);
  }

  #number<T>(bytes: number, read: (at: number) => T): T {
    return read(this.#take(bytes).byteOffset - this.#bytes.byteOffset);
  }

  #take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw new Error('metadata ends in the middle of a value');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

function safe(value: bigint): number {
  if (value >= 2n ** 53n || value < -(2n ** 53n)) throw new Error('metadata holds an integer beyond 2^53');
  return Number(value);
}

/** Returns the value inside a meta or auth field, or undefined if the field has no bytes. */
export function readPlain(bytes: Uint8Array): Plain | undefined {
  if (bytes.length > META_BYTES) throw new Error(`metadata is longer than ${META_BYTES} bytes`);
  if (bytes.length === 0) return undefined;
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (!reader.done) throw new Error('metadata has bytes behind its value');
  return value;
}

/** Writes maps, arrays, short strings, booleans and 16-bit numbers. A client sends no other values. */
export function writePlain(value: Plain): number[] {
  if (typeof value === 'boolean') return [value ? 0xc3 : 0xc2];
  if (typeof value === 'number') return [0xcd, value >> 8, value & 0xff];
  if (typeof value === 'string') {
    const bytes = new TextEncoder().encode(value);
    return [0xda, bytes.length >> 8, bytes.length & 0xff, ...bytes];
  }
  if (Array.isArray(value)) return [0xdc, 0, value.length, ...value.flatMap((part) => writePlain(part))];
  if (value === null || value instanceof Uint8Array) throw new Error('nothing that a client says');
  const entries = Object.entries(value);
  return [0xde, 0, entries.length, ...entries.flat().flatMap((part) => writePlain(part))];
}
