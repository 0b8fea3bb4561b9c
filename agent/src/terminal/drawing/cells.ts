/** Draws the lines of one of a screen's buffers into an empty one, so that every cell becomes what it was. */

import type { Cell, Line, ScreenBuffer, XtermCore } from '../emulator/index.ts';
import { type AnsiWriter, background, isErased } from './ansi-writer.ts';

/** Two columns wide: printed in the last column, it wraps and leaves that column empty. */
const WIDE_FILLER = '一';
/** More code points than this in one cell are no text. */
const MAX_CELL = 64;

/** firstLine: counted from the buffer's top; everything from there to the end is drawn, from the cursor's place on. */
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
  /** Where the next character would be printed; cols: it would wrap. */
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
      // A line that scrolls in takes the background of the moment.
      this.#writer.plain();
      this.#writer.write('\r\n');
    }
    this.#x = 0;
  }

  /** Only printing beyond the last column makes a line that continues the one above. */
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

  /** The first character of the line has no background that would fill the rest of it. */
  #wrapsByItself(line: Line): boolean {
    const first = line.loadCell(0, this.#cell);
    return first.getChars() !== '' && first.getWidth() > 0 && background(first) === 0;
  }

  /** Returns how many columns are done. */
  #drawCell(line: Line, x: number): number {
    const cell = line.loadCell(x, this.#cell);
    const chars = cell.getChars();
    const width = cell.getWidth();
    if (chars === '' && isErased(cell)) return this.#erased(line, x, background(cell));
    this.#moveTo(x);
    this.#writer.style(cell);
    // Half a wide character, and an empty cell with underline or the like: a space looks the same.
    if (chars === '' || (width === 2 && x === this.#cols - 1)) return this.#print(' ', 1);
    // A combining character without a base: anything but a character before it keeps it from joining.
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

  /** What follows is erased and has no colour. */
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
