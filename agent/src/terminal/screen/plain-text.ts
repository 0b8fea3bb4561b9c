/**
 * How much of a flood of plain text scrolls away before anybody could see it. Such text leaves no trace but its last
 * lines, so a screen that has fallen behind need not parse the others.
 */

/** Printable ASCII. What else is plain moves the cursor within its line, or is a bell. */
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
  /** Lines that push out all that a terminal holds, wherever its cursor is. */
  lines: number;
  /** Text that reaches the last column goes on in a new line. */
  wraps: boolean;
}

/** The length of the beginning of the bytes that is plain. */
export function plainLength(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length && PLAIN[bytes[at]!] === 1) at++;
  return at;
}

/**
 * The length of the beginning of plain bytes that need not be parsed. It ends behind a CR LF, so what follows begins in
 * the first column. The terminal must be in the middle of nothing, and scroll as a whole.
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

/** At least so many rows does the line take, between its start and its LF. */
function rowsOf(bytes: Uint8Array, start: number, end: number, cols: number): number {
  const last = bytes[end - 1] === CR ? end - 1 : end;
  for (let at = start; at < last; at++) if (!isPrintable(bytes[at]!)) return 1;
  return Math.max(1, Math.ceil((last - start) / cols));
}

function isPrintable(byte: number): boolean {
  return byte >= FIRST_PRINTABLE && byte <= LAST_PRINTABLE;
}
