/**
 * What a snapshot needs of xterm and its public interface does not tell. Names are those of the pinned version, which
 * the serialize addon of the same project reaches for in the same way; the tests of this folder notice a change.
 */
import type { Terminal } from '@xterm/headless';

export interface Attributes {
  /** Colour, its mode and flags, packed as in xterm's buffer/Constants.ts. */
  fg: number;
  bg: number;
  /** Of this cell only where bg has HAS_EXTENDED. _ext: the underline's style, as programs set it, and its colour. */
  extended: { _ext: number; urlId: number };
}

export const UNDERLINE = 0x10000000;
export const HAS_EXTENDED = 0x10000000;

/** 0: none, 1 to 5: single, double, curly, dotted, dashed. A link's own underline is not meant. */
export function underlineStyle({ fg, bg, extended }: Attributes): number {
  if (!(fg & UNDERLINE)) return 0;
  return bg & HAS_EXTENDED ? (extended._ext >> 26) & 7 : 1;
}

export interface Cell extends Attributes {
  getWidth(): number;
  getChars(): string;
}

export interface Line {
  readonly length: number;
  isWrapped: boolean;
  loadCell(x: number, cell: Cell): Cell;
}

/** A map from characters to line drawing and national ones; undefined is plain US ASCII. */
export type Charset = Record<string, string> | undefined;

export interface ScreenBuffer {
  readonly lines: { readonly length: number; readonly maxLength: number; get(y: number): Line | undefined };
  /** Cursor within the viewport; x is one past the last column when the next character wraps. */
  readonly x: number;
  readonly y: number;
  /** Line of the viewport's top. */
  readonly ybase: number;
  readonly scrollTop: number;
  readonly scrollBottom: number;
  readonly savedX: number;
  /** Counted from the buffer's top. */
  readonly savedY: number;
  readonly savedCurAttrData: Attributes;
  readonly savedCharset: Charset;
  readonly tabs: Record<number, boolean | undefined>;
}

interface DecModes {
  applicationCursorKeys: boolean;
  applicationKeypad: boolean;
  bracketedPasteMode: boolean;
  cursorBlink: boolean | undefined;
  cursorStyle: 'block' | 'underline' | 'bar' | undefined;
  origin: boolean;
  reverseWraparound: boolean;
  sendFocus: boolean;
  synchronizedOutput: boolean;
  wraparound: boolean;
}

/** index 0 to 255: the palette; 256, 257, 258: text, background, cursor. Without an index: the whole palette. */
export interface ColorChange {
  type: 0 | 1 | 2;
  index?: number;
  color?: [number, number, number];
}
export const COLOR_SET = 1;
export const COLOR_RESTORE = 2;

/** Sequences whose first parameter says how often something is done, and what does it. */
const LOOPS = {
  L: 'insertLines',
  M: 'deleteLines',
  S: 'scrollUp',
  T: 'scrollDown',
  I: 'cursorForwardTab',
  Z: 'cursorBackwardTab',
  b: 'repeatPrecedingCharacter',
} as const;
export type LoopingCsi = keyof typeof LOOPS;
type LoopHandlers = Record<
  (typeof LOOPS)[LoopingCsi],
  (params: { params: number[]; length: number }) => void
>;

interface Internals {
  writeSync(data: Uint8Array): void;
  buffers: { active: ScreenBuffer; normal: ScreenBuffer; alt: ScreenBuffer };
  coreService: { isCursorHidden: boolean; modes: { insertMode: boolean }; decPrivateModes: DecModes };
  coreMouseService: { activeProtocol: string; activeEncoding: string };
  _charsetService: { charset: Charset; glevel: number; _charsets: Charset[] };
  _oscLinkService: {
    _dataByLinkId: Map<number, unknown>;
    getLinkData(id: number): { id?: string; uri: string } | undefined;
  };
  _inputHandler: LoopHandlers & {
    _curAttrData: Attributes;
    _parser: { currentState: number; precedingJoinState: number };
    _utf8Decoder: { interim: Uint8Array };
    onColor(listener: (changes: ColorChange[]) => void): void;
  };
}

export class XtermCore {
  readonly #terminal: Terminal;
  readonly #core: Internals;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#core = (terminal as unknown as { _core: Internals })._core;
  }

  /** For loadCell(), which fills one and the same again and again. */
  newCell(): Cell {
    return this.#terminal.buffer.normal.getNullCell() as unknown as Cell;
  }

  /** Parses now, not after a timeout. */
  writeSync(bytes: Uint8Array): void {
    this.#core.writeSync(bytes);
  }

  get cols(): number {
    return this.#terminal.cols;
  }

  get rows(): number {
    return this.#terminal.rows;
  }

  get normal(): ScreenBuffer {
    return this.#core.buffers.normal;
  }

  get alternate(): ScreenBuffer {
    return this.#core.buffers.alt;
  }

  get active(): ScreenBuffer {
    return this.#core.buffers.active;
  }

  /** Lines that push out all that the buffer in use holds, wherever the cursor is. */
  get page(): number {
    return this.active.lines.maxLength + this.rows;
  }

  /** No part of the screen stays where it is when the rest scrolls. */
  get scrollsAsAWhole(): boolean {
    return this.active.scrollTop === 0 && this.active.scrollBottom === this.rows - 1;
  }

  /** Attributes of what is printed next. */
  get currentAttributes(): Attributes {
    return this.#core._inputHandler._curAttrData;
  }

  get modes(): DecModes & { insert: boolean; cursorHidden: boolean; newLine: boolean; blink: boolean } {
    const { coreService } = this.#core;
    const { convertEol, cursorBlink } = this.#terminal.options;
    return {
      ...coreService.decPrivateModes,
      insert: coreService.modes.insertMode,
      cursorHidden: coreService.isCursorHidden,
      newLine: convertEol ?? false,
      blink: cursorBlink ?? false,
    };
  }

  get mouse(): { protocol: string; encoding: string } {
    const { activeProtocol, activeEncoding } = this.#core.coreMouseService;
    return { protocol: activeProtocol, encoding: activeEncoding };
  }

  /** designated: G0 to G3; level: which of them is in use; charset: what is in use, after a restored cursor perhaps another. */
  get charsets(): { designated: Charset[]; level: number; charset: Charset } {
    const { charset, glevel, _charsets } = this.#core._charsetService;
    return { designated: [0, 1, 2, 3].map((g) => _charsets[g]), level: glevel, charset };
  }

  /** What `CSI count final` does. */
  loop(final: LoopingCsi, count: number): void {
    this.#core._inputHandler[LOOPS[final]]({ params: [count], length: 1 });
  }

  /** Links that are kept for the lines that refer to them. */
  get links(): number {
    return this.#core._oscLinkService._dataByLinkId.size;
  }

  link(id: number): { id?: string; uri: string } | undefined {
    return this.#core._oscLinkService.getLinkData(id);
  }

  /** The last thing that came was a character, which a combining one would join and CSI b repeat. */
  get joins(): boolean {
    return this.#core._inputHandler._parser.precedingJoinState !== 0;
  }

  /** A sequence or a character is cut. */
  get midSequence(): boolean {
    const { _parser, _utf8Decoder } = this.#core._inputHandler;
    return _parser.currentState !== 0 || _utf8Decoder.interim[0] !== 0;
  }

  onColor(listener: (changes: ColorChange[]) => void): void {
    this.#core._inputHandler.onColor(listener);
  }
}
