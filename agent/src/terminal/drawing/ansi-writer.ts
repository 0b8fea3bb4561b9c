/**
 * Builds terminal output that draws a screen: characters, cursor moves, and attributes (SGR). Attributes are
 * written only where they change.
 */
import { type Attributes, HAS_EXTENDED, underlineStyle, type XtermCore } from '../emulator/index.ts';

/**
 * Flags in Attributes.fg, from xterm's buffer/Constants.ts, each with the SGR code that sets the attribute.
 * BG_FLAGS contains the flags in Attributes.bg.
 */
const FG_FLAGS: [number, number][] = [
  [0x4000000, 7],
  [0x8000000, 1],
  [0x20000000, 5],
  [0x40000000, 8],
  [0x80000000, 9],
];
const BG_FLAGS: [number, number][] = [
  [0x4000000, 3],
  [0x8000000, 2],
  [0x40000000, 53],
];
const PROTECTED = 0x20000000;
/**
 * Bit masks for a packed colour. COLOR covers the colour and its mode. The mode is none, one of 16 colours,
 * one of 256 colours, or RGB.
 */
const COLOR = 0x3ffffff;
const COLOR_MODE = 0x3000000;
const MODE_16 = 0x1000000;
const MODE_256 = 0x2000000;
/**
 * Longest link that is written, in characters. Without this limit, a program could give every cell a link of
 * a megabyte.
 */
const MAX_LINK = 2_048;
const NO_STYLE = '0';

export class AnsiWriter {
  readonly #core: XtermCore;
  #text = '';
  #style = NO_STYLE;
  #protected = false;
  #link = 0;

  constructor(core: XtermCore) {
    this.#core = core;
  }

  get text(): string {
    return this.#text;
  }

  /** Appends text or control sequences unchanged. */
  write(text: string): void {
    this.#text += text;
  }

  csi(...parts: (string | number)[]): void {
    this.#text += `\x1b[${parts.join('')}`;
  }

  /** Moves the cursor. Column and row are counted from 0 in the viewport. Origin mode must be off. */
  moveTo(x: number, y: number): void {
    this.csi(y + 1, ';', x + 1, 'H');
  }

  style(attributes: Attributes): void {
    const style = sgr(attributes);
    const isProtected = (attributes.bg & PROTECTED) !== 0;
    if (style !== this.#style || this.#protected !== isProtected) {
      this.csi(style === NO_STYLE ? '' : style, 'm');
      // The codes of each style begin with a reset. The reset also ends the protection of cells against
      // erasing. So the protection is set again after the style.
      if (isProtected) this.csi('1"q');
    }
    this.#style = style;
    this.#protected = isProtected;
    this.#linkTo(attributes.bg & HAS_EXTENDED ? attributes.extended.urlId : 0);
  }

  /**
   * Sets the underline colour for text without an underline. The colour takes effect if the program turns on
   * the underline later.
   */
  latentUnderline(attributes: Attributes): void {
    const codes = color(attributes.extended._ext, 58);
    if (underlineStyle(attributes) === 0 && codes.length > 0) this.csi(...codes, 'm');
  }

  plain(): void {
    if (this.#style !== NO_STYLE || this.#protected) this.csi('m');
    this.#style = NO_STYLE;
    this.#protected = false;
    this.#linkTo(0);
  }

  #linkTo(id: number): void {
    if (id === this.#link) return;
    this.#link = id;
    const link = id === 0 ? undefined : this.#core.link(id);
    if (!link || link.uri.length > MAX_LINK) this.write('\x1b]8;;\x1b\\');
    else this.write(`\x1b]8;${link.id === undefined ? '' : `id=${link.id}`};${link.uri}\x1b\\`);
  }
}

/** Returns the background colour. The background colour is the only attribute that an erased cell keeps. */
export function background(attributes: Attributes): number {
  return attributes.bg & COLOR;
}

/**
 * Returns true if an erased cell can have these attributes. An erased cell has no attribute except a
 * background colour.
 */
export function isErased(attributes: Attributes): boolean {
  return attributes.fg === 0 && (attributes.bg & ~COLOR) === 0;
}

function sgr(attributes: Attributes): string {
  const { fg, bg, extended } = attributes;
  const codes = [NO_STYLE];
  for (const [flag, code] of FG_FLAGS) if (fg & flag) codes.push(String(code));
  for (const [flag, code] of BG_FLAGS) if (bg & flag) codes.push(String(code));
  const underline = underlineStyle(attributes);
  if (underline > 0) codes.push(underline === 1 ? '4' : `4:${underline}`);
  codes.push(...color(fg, 38), ...color(bg, 48));
  if (underline > 0 && bg & HAS_EXTENDED) codes.push(...color(extended._ext, 58));
  return codes.join(';');
}

function color(packed: number, code: 38 | 48 | 58): string[] {
  const mode = packed & COLOR_MODE;
  const index = packed & 0xff;
  if (mode === 0) return [];
  if (mode === MODE_16) return [String(index < 8 ? code - 8 + index : code + 52 + index - 8)];
  if (mode === MODE_256) return [`${code};5;${index}`];
  return [`${code};2;${(packed >> 16) & 0xff};${(packed >> 8) & 0xff};${index}`];
}
