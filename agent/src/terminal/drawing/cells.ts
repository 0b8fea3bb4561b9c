/** Writes the lines of a screen buffer as output that reproduces every cell in an empty buffer. */

import type { Cell, Line, ScreenBuffer, XtermCore } from '../emulator/index.ts';
import { type AnsiWriter, background, isErased } from './ansi-writer.ts';

/** A character of two columns. Printed in the last column, it wraps and leaves that column empty. */
const WIDE_FILLER = '一';
/** Limit of code points in one cell. More are no real text. */
const MAX_CELL = 64;

/** Draws from `firstLine` (counted from the top of the buffer) to the end, starting at the cursor. */
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
  /** Column of the next character; `cols` if that character would wrap. */
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
      // A line that scrolls in gets the current background colour, so reset it first.
      this.#writer.plain();
      this.#writer.write('\r\n');
    }
    this.#x = 0;
  }

  /** Marks the line as a continuation of the line above. Only printing past the last column does that. */
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
   * Whether printing the line's first character wraps by itself. A character with a background does not count, since
   * its colour would fill the rest of the line.
   */
  #wrapsByItself(line: Line): boolean {
    const first = line.loadCell(0, this.#cell);
    return first.getChars() !== '' && first.getWidth() > 0 && background(first) === 0;
  }

  /** Returns the number of columns drawn. */
  #drawCell(line: Line, x: number): number {
    const cell = line.loadCell(x, this.#cell);
    const chars = cell.getChars();
    const width = cell.getWidth();
    if (chars === '' && isErased(cell)) return this.#erased(line, x, background(cell));
    this.#moveTo(x);
    this.#writer.style(cell);
    // A space looks the same as half a wide character, or as an empty cell with attributes such as underline.
    if (chars === '' || (width === 2 && x === this.#cols - 1)) return this.#print(' ', 1);
    // A combining character without a base. A cursor move before it keeps it from joining the previous character.
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

  /** Returns the number of columns up to the last cell that is not erased, or has a colour. */
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
