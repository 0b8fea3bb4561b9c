/**
 * Reads a terminal's screen as plain data, so that tests can compare screens cell by cell. `readScreen` uses
 * nothing outside of itself, so that it can also run in a page, on the page's xterm.
 */
import type { IBufferCell, Terminal } from '@xterm/headless';

/** The parts of xterm's API that are read. Headless xterm and xterm in the browser share them. */
export type Readable = Pick<Terminal, 'buffer' | 'cols' | 'rows' | 'modes'>;

export interface Screen {
  cols: number;
  rows: number;
  buffer: 'normal' | 'alternate';
  cursor: { x: number; y: number };
  modes: Readable['modes'];
  /**
   * Rows of the screen as text. `‹fg bg flags›` follows each run of cells with the same style. `²` follows a
   * wide character.
   */
  lines: string[];
}

export function readScreen(terminal: Readable): Screen {
  const { active } = terminal.buffer;
  const styleOf = (cell: IBufferCell): string => {
    const flags = [
      cell.isBold() && 'bold',
      cell.isDim() && 'dim',
      cell.isItalic() && 'italic',
      cell.isUnderline() && 'underline',
      cell.isBlink() && 'blink',
      cell.isInverse() && 'inverse',
      cell.isInvisible() && 'invisible',
      cell.isStrikethrough() && 'strikethrough',
      cell.isOverline() && 'overline',
    ].filter(Boolean);
    const foreground = cell.isFgDefault() ? '-' : `${cell.getFgColorMode() >> 24}:${cell.getFgColor()}`;
    const background = cell.isBgDefault() ? '-' : `${cell.getBgColorMode() >> 24}:${cell.getBgColor()}`;
    return [foreground, background, ...flags].join(' ');
  };
  const lines: string[] = [];
  for (let y = 0; y < terminal.rows; y++) {
    const line = active.getLine(active.baseY + y);
    let text = '';
    let run = '';
    let style = '';
    for (let x = 0; x < terminal.cols; x++) {
      const cell = line?.getCell(x);
      if (cell === undefined) continue;
      const here = styleOf(cell);
      if (here !== style) {
        if (run !== '') text += `${run}‹${style}›`;
        run = '';
        style = here;
      }
      // A cell that was never written looks like a space. The second half of a wide character has no text.
      run += cell.getWidth() === 0 ? '' : (cell.getChars() || ' ') + (cell.getWidth() === 2 ? '²' : '');
    }
    lines.push(`${text}${run}‹${style}›`);
  }
  return {
    cols: terminal.cols,
    rows: terminal.rows,
    buffer: active.type,
    cursor: { x: active.cursorX, y: active.cursorY },
    modes: { ...terminal.modes },
    lines,
  };
}

/** Returns the visible text without styles. */
export function textOf(terminal: Readable): string {
  const { active } = terminal.buffer;
  const rows = Array.from({ length: terminal.rows }, (_, y) => active.getLine(active.baseY + y));
  return rows.map((line) => line?.translateToString(true) ?? '').join('\n');
}

/** Describes where two screens differ, for people. Empty if the screens are equal. */
export function screenDifference(one: Screen, other: Screen): string {
  const { lines: a, ...restOfOne } = one;
  const { lines: b, ...restOfOther } = other;
  const [first, second] = [JSON.stringify(restOfOne), JSON.stringify(restOfOther)];
  const rows = a.flatMap((line, y) => (line === b[y] ? [] : [`row ${y}\n  ${line}\n  ${b[y]}`]));
  return [...(first === second ? [] : [first, second]), ...rows].join('\n');
}
