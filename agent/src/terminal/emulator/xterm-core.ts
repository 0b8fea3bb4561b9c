/**
 * Access to the internals of xterm that a snapshot needs. The names are those of the pinned version of xterm.
 * xterm's own serialize addon uses internals in the same way. Tests fail if the internals change.
 */
import type { Terminal } from '@xterm/headless';

export interface Attributes {
  /** Text colour, its mode, and flags. They are packed as in xterm's buffer/Constants.ts. */
  fg: number;
  bg: number;
  /**
   * Extended attributes. They are valid only if `bg` contains HAS_EXTENDED. `_ext`: style and colour of the
   * underline.
   */
  extended: { _ext: number; urlId: number };
}

export const UNDERLINE = 0x10000000;
export const HAS_EXTENDED = 0x10000000;

/**
 * Returns the underline style: 0 none, 1 single, 2 double, 3 curly, 4 dotted, 5 dashed. The underline of a
 * link does not count.
 */
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

/** Maps characters to line-drawing or national characters. For US ASCII the map is undefined. */
export type Charset = Record<string, string> | undefined;

export interface ScreenBuffer {
  readonly lines: { readonly length: number; readonly maxLength: number; get(y: number): Line | undefined };
  /** Column of the cursor in the viewport. It is one past the last column if the next character will wrap. */
  readonly x: number;
  readonly y: number;
  /** Index of the line at the top of the viewport. */
  readonly ybase: number;
  readonly scrollTop: number;
  readonly scrollBottom: number;
  readonly savedX: number;
  /** Line of the saved cursor, counted from the top of the buffer. */
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

/**
 * A colour that a program sets or resets. index: 0 to 255 is the palette, 256 text, 257 background, 258
 * cursor. Without an index, the whole palette is reset.
 */
export interface ColorChange {
  type: 0 | 1 | 2;
  index?: number;
  color?: [number, number, number];
}
export const COLOR_SET = 1;
export const COLOR_RESTORE = 2;

/**
 * CSI sequences whose first parameter is a repeat count. The key is the final byte, and the value is xterm's
 * handler.
 */
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

  /** Returns a cell object that loadCell() can fill. The object can be reused. */
  newCell(): Cell {
    return this.#terminal.buffer.normal.getNullCell() as unknown as Cell;
  }

  /** Parses the bytes synchronously. xterm's public write() is asynchronous. */
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

  /**
   * Number of new lines that surely scroll all old lines out of the active buffer, wherever the cursor is.
   */
  get page(): number {
    return this.active.lines.maxLength + this.rows;
  }

  /** True if the whole screen scrolls, because no scroll region is set. */
  get scrollsAsAWhole(): boolean {
    return this.active.scrollTop === 0 && this.active.scrollBottom === this.rows - 1;
  }

  /** Attributes of the next printed character. */
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

  /**
   * The character sets. designated: the sets G0 to G3. level: index of the selected set. charset: the set in
   * use, which may be a different set after a cursor was restored.
   */
  get charsets(): { designated: Charset[]; level: number; charset: Charset } {
    const { charset, glevel, _charsets } = this.#core._charsetService;
    return { designated: [0, 1, 2, 3].map((g) => _charsets[g]), level: glevel, charset };
  }

  /**
   * Executes the control sequence `CSI count final`. The final byte `final` names the operation, and xterm
   * repeats the operation `count` times.
   */
  loop(final: LoopingCsi, count: number): void {
    this.#core._inputHandler[LOOPS[final]]({ params: [count], length: 1 });
  }

  /** Number of links that xterm keeps. */
  get links(): number {
    return this.#core._oscLinkService._dataByLinkId.size;
  }

  link(id: number): { id?: string; uri: string } | undefined {
    return this.#core._oscLinkService.getLinkData(id);
  }

  /**
   * True if the last output was a character. A combining character would join that character, and CSI b would
   * repeat it.
   */
  get joins(): boolean {
    return this.#core._inputHandler._parser.precedingJoinState !== 0;
  }

  /** True if the output so far ends inside a control sequence or inside a character. */
  get midSequence(): boolean {
    const { _parser, _utf8Decoder } = this.#core._inputHandler;
    return _parser.currentState !== 0 || _utf8Decoder.interim[0] !== 0;
  }

  onColor(listener: (changes: ColorChange[]) => void): void {
    this.#core._inputHandler.onColor(listener);
  }
}
