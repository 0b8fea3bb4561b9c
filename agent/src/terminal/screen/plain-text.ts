/**
 * Finds plain text that will scroll out of the buffer. Of a large amount of plain text, only the last lines
 * remain. So a screen that has fallen behind does not parse the other lines.
 */

/**
 * Plain text consists of printable ASCII, the bell, and control characters that move the cursor within its
 * line or to the next line.
 */
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
  /** Number of new lines that surely scroll all old lines out of the terminal, wherever the cursor is. */
  lines: number;
  /** True if wrap mode is on: text that reaches the last column continues on a new line. */
  wraps: boolean;
}

/** Returns the number of bytes of plain text at the start of `bytes`. */
export function plainLength(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length && PLAIN[bytes[at]!] === 1) at++;
  return at;
}

/**
 * Returns the number of bytes at the start of `plain` that need not be parsed. These bytes end with CR LF, so
 * the text after them begins in the first column. The parser must not be inside a sequence, and the terminal
 * must have no scroll region.
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

/**
 * Returns a lower bound for the number of rows that a line takes on the screen. `end` is the position of the
 * line's LF.
 */
function rowsOf(bytes: Uint8Array, start: number, end: number, cols: number): number {
  const last = bytes[end - 1] === CR ? end - 1 : end;
  for (let at = start; at < last; at++) if (!isPrintable(bytes[at]!)) return 1;
  return Math.max(1, Math.ceil((last - start) / cols));
}

function isPrintable(byte: number): boolean {
  return byte >= FIRST_PRINTABLE && byte <= LAST_PRINTABLE;
}
