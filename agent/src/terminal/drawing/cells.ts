/**
 * Writes the lines of a screen buffer as terminal output. In an empty buffer, this output reproduces every
 * cell.
 */

import type { Cell, Line, ScreenBuffer, XtermCore } from '../emulator/index.ts';
import { type AnsiWriter, background, isErased } from './ansi-writer.ts';

/**
 * A character that is two columns wide. When it is printed in the last column, it wraps to the next line and
 * leaves the last column empty.
 */
const WIDE_FILLER = '一';
/** Largest number of code points in one cell. Real text has fewer. */
const MAX_CELL = 64;

/** Draws from `firstLine` (counted from the top of the buffer) to the last line, starting at the cursor. */
export function drawCells(
  writer: AnsiWriter,
  core: XtermCore,
  buffer: ScreenBuffer,
  firstLine: number,
): void {
  const painter = new CellDrawer(writer, core.newCell(), core.cols);
  for (let y = firstLine; y < buffer.lines.length; y++) painter.line(buffer.lines.get(y)!, y === firstLine);
  writer.plain();
}

class CellDrawer {
  readonly #writer: AnsiWriter;
  readonly #cell: Cell;
  readonly #cols: number;
  #above: Line | undefined;
  /** Column of the next character. It equals `cols` if the next character would wrap. */
  #x = 0;

  constructor(writer: AnsiWriter, cell: Cell, cols: number) {
    this.#writer = writer;
    this.#cell = cell;
    this.#cols = cols;
  }

  line(line: Line, isFirst: boolean): void {
    if (!isFirst) this.#nextLine(line);
    this.#above = line;
    const end = this.#lastColumn(line);
    for (let x = 0; x < end; ) x += this.#drawCell(line, x);
  }

  #nextLine(line: Line): void {
    if (line.isWrapped) this.#wrapInto(line);
    else {
      // If the screen scrolls, the new line gets the current background colour. So the colour is reset before
      // the line break.
      this.#writer.plain();
      this.#writer.write('\r\n');
    }
    this.#x = 0;
  }

  /**
   * Marks the line as a continuation of the line above. A terminal does this only when text is printed past
   * the last column.
   */
  #wrapInto(line: Line): void {
    const writer = this.#writer;
    if (this.#x === this.#cols) {
      if (this.#wrapsByItself(line)) return;
      writer.plain();
      writer.write('x\r');
    } else {
      writer.style(this.#above!.loadCell(this.#cols - 1, this.#cell));
      this.#moveTo(this.#cols - 1);
      writer.write(`${WIDE_FILLER}\r`);
      writer.plain();
    }
    writer.csi(this.#cols, 'X');
  }

  /**
   * Returns true if the terminal itself wraps when this line's first character is printed after a full line.
   * Returns false for a character with a background colour, since its colour would fill the rest of the line.
   */
  #wrapsByItself(line: Line): boolean {
    const first = line.loadCell(0, this.#cell);
    return first.getChars() !== '' && first.getWidth() > 0 && background(first) === 0;
  }

  /**
   * Draws the cell in column `x`. Returns the number of columns drawn: a wide character takes two columns,
   * and erased cells are drawn together.
   */
  #drawCell(line: Line, x: number): number {
    const cell = line.loadCell(x, this.#cell);
    const chars = cell.getChars();
    const width = cell.getWidth();
    if (chars === '' && isErased(cell)) return this.#erased(line, x, background(cell));
    this.#moveTo(x);
    this.#writer.style(cell);
    // Print a space for half of a wide character, or for an empty cell with attributes such as underline. The
    // space looks the same.
    if (chars === '' || (width === 2 && x === this.#cols - 1)) return this.#print(' ', 1);
    // This combining character has no base character. A cursor move stops it from joining the previous
    // character.
    if (width === 0) this.#writer.csi(x + 1, 'G');
    return this.#print(bounded(chars), Math.max(width, 1));
  }

  #print(text: string, width: number): number {
    this.#writer.write(text);
    this.#x += width;
    return width;
  }

  #erased(line: Line, x: number, color: number): number {
    let end = x + 1;
    while (end < this.#cols) {
      const cell = line.loadCell(end, this.#cell);
      if (cell.getChars() !== '' || !isErased(cell) || background(cell) !== color) break;
      end++;
    }
    if (color !== 0) {
      this.#moveTo(x);
      this.#writer.style(line.loadCell(x, this.#cell));
      this.#writer.csi(end - x, 'X');
    }
    return end - x;
  }

  #moveTo(x: number): void {
    if (x > this.#x) this.#writer.csi(x - this.#x === 1 ? '' : x - this.#x, 'C');
    this.#x = x;
  }

  /** Returns the number of columns up to the last cell that is not empty or has attributes. */
  #lastColumn(line: Line): number {
    for (let x = Math.min(line.length, this.#cols); x > 0; x--) {
      const cell = line.loadCell(x - 1, this.#cell);
      if (cell.getChars() !== '' || cell.fg !== 0 || cell.bg !== 0 || cell.getWidth() === 0) return x;
    }
    return 0;
  }
}

function bounded(chars: string): string {
  return chars.length <= MAX_CELL ? chars : [...chars].slice(0, MAX_CELL).join('');
}
