/**
 * Writes the state of a terminal except its cells: modes, tab stops, scroll region, cursors, and character
 * sets.
 */
import {
  ASCII,
  type Attributes,
  charsetName,
  HAS_EXTENDED,
  type ScreenBuffer,
  type XtermCore,
} from '../emulator/index.ts';
import type { AnsiWriter } from './ansi-writer.ts';

const TAB_WIDTH = 8;
const MOUSE_PROTOCOLS: Record<string, number | undefined> = { X10: 9, VT200: 1000, DRAG: 1002, ANY: 1003 };
const MOUSE_ENCODINGS: Record<string, number | undefined> = { SGR: 1006, SGR_PIXELS: 1016 };
const CURSOR_STYLES = { block: 1, underline: 3, bar: 5 } as const;
/** Intermediate bytes of the escape sequences that set the character sets G0 to G3. */
const DESIGNATORS = ['(', ')', '*', '+'] as const;

/**
 * Writes the state that each screen buffer has separately: tab stops, scroll region, and saved cursor. Moves
 * the cursor. The character set G0 must be ASCII before this call, and is ASCII afterwards.
 */
export function restoreBufferState(
  writer: AnsiWriter,
  buffer: ScreenBuffer,
  { cols, rows }: XtermCore,
): void {
  restoreTabs(writer, buffer, cols);
  if (buffer.scrollTop !== 0 || buffer.scrollBottom !== rows - 1) {
    writer.csi(buffer.scrollTop + 1, ';', buffer.scrollBottom + 1, 'r');
  }
  restoreSavedCursor(writer, buffer, cols, rows);
}

export function hasSavedCursor({ savedX, savedY, savedCurAttrData, savedCharset }: ScreenBuffer): boolean {
  return (
    savedX !== 0 || savedY !== 0 || savedCurAttrData.fg !== 0 || savedCurAttrData.bg !== 0 || !!savedCharset
  );
}

/**
 * Writes the state that both screen buffers share, except the cursor. Moves the cursor to its home position.
 */
export function restoreModes(writer: AnsiWriter, core: XtermCore): void {
  if (usesSavedCharset(core)) restoreCharsets(writer, core);
  const { modes, mouse } = core;
  // A terminal reset does not change cursor visibility or newline mode. So both modes are always written.
  writer.csi(modes.cursorHidden ? '?25l' : '?25h');
  writer.csi(modes.newLine ? '20h' : '20l');
  if (modes.blink) writer.csi('?12h');
  if (modes.cursorStyle) writer.csi(CURSOR_STYLES[modes.cursorStyle] + (modes.cursorBlink ? 0 : 1), ' q');
  if (modes.insert) writer.csi('4h');
  if (modes.applicationCursorKeys) writer.csi('?1h');
  if (modes.applicationKeypad) writer.write('\x1b=');
  if (modes.bracketedPasteMode) writer.csi('?2004h');
  if (modes.reverseWraparound) writer.csi('?45h');
  if (!modes.wraparound) writer.csi('?7l');
  const protocol = MOUSE_PROTOCOLS[mouse.protocol];
  const encoding = MOUSE_ENCODINGS[mouse.encoding];
  if (protocol) writer.csi('?', protocol, 'h');
  if (encoding) writer.csi('?', encoding, 'h');
  if (modes.sendFocus) writer.csi('?1004h');
  if (modes.synchronizedOutput) writer.csi('?2026h');
  if (modes.origin) writer.csi('?6h');
}

/**
 * Writes the cursor and the current attributes. Two states exist only directly after a printed character: a
 * pending wrap, and a character that a combining character can join. To reproduce such a state, the last
 * character is printed again. So no other output may follow.
 */
export function restoreCursor(writer: AnsiWriter, core: XtermCore): void {
  const { active: buffer, modes, cols } = core;
  const top = modes.origin ? buffer.scrollTop : 0;
  const again = buffer.x >= cols || core.joins ? lastCharacter(core) : undefined;
  writer.moveTo(again?.x ?? Math.min(buffer.x, cols - 1), buffer.y - top);
  if (again && !core.joins) printAgain(writer, again, modes.insert);
  if (!usesSavedCharset(core)) restoreCharsets(writer, core);
  if (again && core.joins) {
    printAgain(writer, again, modes.insert, core.currentAttributes);
    writer.style(core.currentAttributes);
  } else {
    writer.style(core.currentAttributes);
    writer.latentUnderline(core.currentAttributes);
    // This sequence has no effect of its own. It stops a combining character from joining the last printed
    // character.
    writer.write('\x1b\\');
  }
}

function printAgain(
  writer: AnsiWriter,
  { chars, width, cell }: LastCharacter,
  insertMode: boolean,
  after?: Attributes,
): void {
  writer.style(cell);
  if (after) writer.latentUnderline(after);
  // In insert mode, printing moves the cells on the right. So the cells that will be printed are deleted
  // first.
  if (insertMode) writer.csi(width, 'P');
  writer.write(chars);
}

interface LastCharacter {
  x: number;
  chars: string;
  width: number;
  cell: Attributes;
}

function lastCharacter(core: XtermCore): LastCharacter | undefined {
  const { active: buffer, cols } = core;
  const line = buffer.lines.get(buffer.ybase + buffer.y);
  if (!line) return undefined;
  // xterm can leave the cursor beyond `cols`, if a single combining character was printed after the last
  // column. So the column is limited to `cols`.
  const end = Math.min(buffer.x, cols);
  for (let x = end - 1; x >= Math.max(0, end - 2); x--) {
    const cell = line.loadCell(x, core.newCell());
    const width = cell.getWidth();
    const chars = cell.getChars();
    if (width === 0 && chars === '') continue;
    const columns = Math.max(width, 1);
    return x + columns === end ? { x, chars: chars || ' ', width: columns, cell } : undefined;
  }
  return undefined;
}

function restoreTabs(writer: AnsiWriter, { tabs }: ScreenBuffer, cols: number): void {
  const set = Array.from({ length: cols }, (_, x) => x).filter((x) => tabs[x]);
  const usual = Array.from({ length: Math.ceil(cols / TAB_WIDTH) }, (_, i) => i * TAB_WIDTH);
  if (set.length === usual.length && set.every((x, i) => x === usual[i])) return;
  writer.csi('3g');
  for (const x of set) {
    writer.csi(x + 1, 'G');
    writer.write('\x1bH');
  }
}

/** Writes the saved cursor. The character set G0 must be ASCII before this call, and is ASCII afterwards. */
export function restoreSavedCursor(
  writer: AnsiWriter,
  buffer: ScreenBuffer,
  cols: number,
  rows: number,
): void {
  if (!hasSavedCursor(buffer)) return;
  const y = Math.max(0, Math.min(buffer.savedY - buffer.ybase, rows - 1));
  writer.moveTo(Math.min(buffer.savedX, cols - 1), y);
  writer.style(saved(buffer.savedCurAttrData));
  const charset = charsetName(buffer.savedCharset);
  if (charset !== ASCII) writer.write(`\x1b(${charset}`);
  writer.write('\x1b7');
  if (charset !== ASCII) writer.write(`\x1b(${ASCII}`);
  writer.plain();
}

/**
 * Returns the attributes of a saved cursor. A saved cursor has no extended attributes, and only stores
 * whether there is an underline.
 */
function saved({ fg, bg }: Attributes): Attributes {
  return { fg, bg: bg & ~HAS_EXTENDED, extended: { _ext: 0, urlId: 0 } };
}

function restoreCharsets(writer: AnsiWriter, core: XtermCore): void {
  const { designated, level } = core.charsets;
  for (const [g, designator] of DESIGNATORS.entries()) {
    const name = charsetName(designated[g]);
    if (name !== ASCII) writer.write(`\x1b${designator}${name}`);
  }
  writer.write(['', '\x0e', '\x1bn', '\x1bo'][level] ?? '');
  if (usesSavedCharset(core)) writer.write('\x1b8');
}

/**
 * Returns true if the character set in use came from a restored cursor. Such a set may be none of G0 to G3.
 */
function usesSavedCharset({ active, charsets: { designated, level, charset } }: XtermCore): boolean {
  return charset !== designated[level] && charset === active.savedCharset;
}
