/**
 * Finds plain text that scrolls out of the buffer anyway. Of a flood of such text only the last lines remain, so a screen
 * that is behind need not parse the others.
 */

/** Plain text is printable ASCII, the bell, and control characters that move the cursor in its line or to the next. */
const FIRST_PRINTABLE = 0x20;
const LAST_PRINTABLE = 0x7e;
const LF = 0x0a;
const CR = 0x0d;
const BELL_TO_CR = new Set([0x07, 0x08, 0x09, LF, CR]);
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  isPrintable(byte) || BELL_TO_CR.has(byte) ? 1 : 0,
);

export interface Page {
  cols: number;
  /** Number of lines that push out everything that the terminal holds, wherever its cursor is. */
  lines: number;
  /** Wrap mode: text that reaches the last column continues in a new line. */
  wraps: boolean;
}

/** Number of bytes of plain text at the start. */
export function plainLength(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length && PLAIN[bytes[at]!] === 1) at++;
  return at;
}

/**
 * Number of bytes at the start that need not be parsed. They end with CR LF, so that the rest begins in the first column.
 * The parser must not be inside a sequence, and the terminal must have no scroll region.
 */
export function skippableLength(plain: Uint8Array, { cols, lines, wraps }: Page): number {
  let line = plain.lastIndexOf(LF);
  for (let seen = 0; line > 0; ) {
    if (seen >= lines && plain[line - 1] === CR) return line + 1;
    const before = plain.lastIndexOf(LF, line - 1);
    seen += wraps ? rowsOf(plain, before + 1, line, cols) : 1;
    line = before;
  }
  return 0;
}

/** Lower bound for the rows that a line takes on the screen. `end` is the position of its LF. */
function rowsOf(bytes: Uint8Array, start: number, end: number, cols: number): number {
  const last = bytes[end - 1] === CR ? end - 1 : end;
  for (let at = start; at < last; at++) if (!isPrintable(bytes[at]!)) return 1;
  return Math.max(1, Math.ceil((last - start) / cols));
}

function isPrintable(byte: number): boolean {
  return byte >= FIRST_PRINTABLE && byte <= LAST_PRINTABLE;
}
