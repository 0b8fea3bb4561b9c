/**
 * A minimal parser of terminal output. The parser only knows whether an offset is inside a control sequence
 * or a character. Nothing may be inserted at such an offset. The states are those of xterm's parser, which
 * follows Paul Williams' model of DEC terminals.
 */

const State = {
  ground: 0,
  escape: 1,
  escapeIntermediate: 2,
  csiEntry: 3,
  csiParam: 4,
  csiIntermediate: 5,
  csiIgnore: 6,
  /** SOS, PM and APC: strings that terminals ignore. */
  string: 7,
  osc: 8,
  dcsEntry: 9,
  dcsParam: 10,
  dcsIgnore: 11,
  dcsIntermediate: 12,
  dcsData: 13,
} as const;
type StateNumber = (typeof State)[keyof typeof State];

const ESC = 0x1b;
/** Input class that stands for all printable characters beyond ASCII. */
const WIDE = 0xa0;
const UNITS = WIDE + 1;

const TABLE = buildTable();

export class Sequences {
  #state: StateNumber = State.ground;
  #offset = 0;
  #openedAt = 0;
  /**
   * State of an unfinished UTF-8 character: number of missing bytes, value so far, and smallest valid value.
   */
  #more = 0;
  #code = 0;
  #least = 0;

  /** True if the output so far ends inside a sequence or a character. */
  get open(): boolean {
    return this.#state !== State.ground || this.#more > 0;
  }

  /** True if the output so far ends inside a sequence. */
  get inSequence(): boolean {
    return this.#state !== State.ground;
  }

  /** Offset of the first byte of the unfinished sequence or character. */
  get openedAt(): number {
    return this.#openedAt;
  }

  get offset(): number {
    return this.#offset;
  }

  /** The kind of the unfinished sequence. Only sequences of the kind `other` are always short. */
  get kind(): 'osc' | 'dcs' | 'string' | 'other' {
    if (this.#state === State.osc) return 'osc';
    if (this.#state === State.string) return 'string';
    return this.#state >= State.dcsEntry ? 'dcs' : 'other';
  }

  /**
   * Parses the bytes. With `stopWhenClosed`, parsing stops at the first offset that is not inside a sequence
   * or a character. Returns the number of parsed bytes.
   */
  feed(bytes: Uint8Array, stopWhenClosed = false): number {
    const { length } = bytes;
    let i = 0;
    for (; i < length; i++) {
      if (!this.open) {
        if (stopWhenClosed) break;
        i = plainEnd(bytes, i);
        if (i === length) break;
      }
      const byte = bytes[i]!;
      if (byte < 0x80) this.#ascii(byte, this.#offset + i);
      else this.#beyond(byte, this.#offset + i);
    }
    this.#offset += i;
    return i;
  }

  /** Skips bytes of plain text. This method must not be called inside an unfinished sequence or character. */
  skipPlain(bytes: number): void {
    this.#offset += bytes;
  }

  #ascii(byte: number, offset: number): void {
    this.#more = 0;
    if (this.#state !== State.ground || byte < 0x20) this.#unit(byte, offset);
  }

  #beyond(byte: number, offset: number): void {
    if (this.#more > 0 && (byte & 0xc0) === 0x80) {
      this.#code = (this.#code << 6) | (byte & 0x3f);
      this.#more--;
      if (this.#more === 0) this.#character(offset);
      return;
    }
    this.#more = 0;
    if ((byte & 0xe0) === 0xc0) this.#begin(1, byte & 0x1f, 0x80, offset);
    else if ((byte & 0xf0) === 0xe0) this.#begin(2, byte & 0x0f, 0x800, offset);
    else if ((byte & 0xf8) === 0xf0) this.#begin(3, byte & 0x07, 0x10000, offset);
  }

  #begin(more: number, bits: number, least: number, offset: number): void {
    this.#more = more;
    this.#code = bits;
    this.#least = least;
    if (this.#state === State.ground) this.#openedAt = offset;
  }

  #character(offset: number): void {
    const code = this.#code;
    const surrogate = code >= 0xd800 && code <= 0xdfff;
    // xterm ignores invalid characters and the byte order mark. So this parser ignores them, too.
    if (code < this.#least || surrogate || code > 0x10ffff || code === 0xfeff) return;
    this.#unit(Math.min(code, WIDE), offset - (code < 0xa0 ? 1 : 0));
  }

  #unit(unit: number, offset: number): void {
    const before = this.#state;
    this.#state = TABLE[before * UNITS + unit] as StateNumber;
    // ESC and the 8-bit control characters abort an unfinished sequence and begin a new one.
    if (before === State.ground || unit === ESC || unit >= 0x80) this.#openedAt = offset;
  }
}

/**
 * Returns the index of the first byte that may begin a sequence or a character. If there is no such byte,
 * returns the length. This is a fast path, since most output is plain text.
 */
function plainEnd(bytes: Uint8Array, from: number): number {
  let i = from;
  while (i < bytes.length && bytes[i]! < 0x80 && bytes[i] !== ESC) i++;
  return i;
}

function buildTable(): Uint8Array {
  const table = new Uint8Array(14 * UNITS);
  for (const state of Object.values(State)) {
    for (let unit = 0; unit < UNITS; unit++) table[state * UNITS + unit] = next(state, unit);
  }
  return table;
}

function next(state: StateNumber, unit: number): StateNumber {
  if (unit === 0x18 || unit === 0x1a) return State.ground;
  if (unit === ESC) return State.escape;
  if (unit >= 0x80 && unit < WIDE) return afterC1(unit);
  if (state === State.ground) return State.ground;
  if (state === State.osc) return unit === 0x07 ? State.ground : State.osc;
  if (state === State.dcsData || state === State.dcsIgnore) return state;
  if (unit === WIDE) return state === State.csiIgnore ? state : State.ground;
  if (state === State.string) return state;
  if (unit < 0x20 || unit === 0x7f) return state;
  if (state === State.escape) return afterEscape(unit);
  if (state === State.escapeIntermediate) return unit < 0x30 ? state : State.ground;
  return state >= State.dcsEntry ? inDcs(state, unit) : inCsi(state, unit);
}

function afterC1(unit: number): StateNumber {
  if (unit === 0x90) return State.dcsEntry;
  if (unit === 0x98 || unit === 0x9e || unit === 0x9f) return State.string;
  if (unit === 0x9b) return State.csiEntry;
  return unit === 0x9d ? State.osc : State.ground;
}

function afterEscape(unit: number): StateNumber {
  if (unit < 0x30) return State.escapeIntermediate;
  const char = String.fromCharCode(unit);
  if (char === '[') return State.csiEntry;
  if (char === ']') return State.osc;
  if (char === 'P') return State.dcsEntry;
  return 'X^_'.includes(char) ? State.string : State.ground;
}

function inCsi(state: StateNumber, unit: number): StateNumber {
  if (unit >= 0x40) return State.ground;
  return header(state, unit, State.csiEntry);
}

function inDcs(state: StateNumber, unit: number): StateNumber {
  if (unit >= 0x40) return State.dcsData;
  const after = header(state === State.dcsIntermediate ? State.csiIntermediate : state, unit, State.dcsEntry);
  if (after === State.csiIgnore) return State.dcsIgnore;
  return after === State.csiIntermediate ? State.dcsIntermediate : State.dcsParam;
}

/**
 * Returns the state after a parameter byte or an intermediate byte of a CSI or DCS sequence. A private marker
 * is valid only as the first byte.
 */
function header(state: StateNumber, unit: number, entry: StateNumber): StateNumber {
  if (state === State.csiIgnore) return state;
  if (unit < 0x30) return State.csiIntermediate;
  if (state === State.csiIntermediate) return State.csiIgnore;
  return unit >= 0x3c && state !== entry ? State.csiIgnore : State.csiParam;
}
