/**
 * Separates what a person typed from what a viewer's terminal sends by itself: mouse events, focus reports,
 * and answers to a program's queries. The program expects one answer to a query, not one answer from each
 * viewer.
 */

/**
 * Matches the answers of xterm to a program's queries (such as the cursor's position), and xterm's focus
 * reports.
 */
const REPORT = escapeSequences(
  '\\[[?>=]?[\\d;]*c', // device attributes
  '\\[\\??\\d+;\\d+(;\\d+)?R', // cursor position; Shift+F3 looks the same, so that it works only for a viewer that has typed
  '\\[\\??\\d+n', // device status
  '\\[\\??\\d+;\\d+\\$y', // modes
  '\\[[468];\\d+;\\d+t', // window
  '\\[\\?\\d+u', // keyboard protocol
  '\\[[IO]', // focus
  '\\](?:4;\\d+|1\\d|52);[^\\x07\\x1b]*(?:\\x07|\\x1b\\\\)', // colours, clipboard
  '\\][lL][^\\x1b]*\\x1b\\\\', // titles
  'P[01]\\$r[^\\x1b]*\\x1b\\\\', // settings
  'P[01]\\+r[^\\x1b]*\\x1b\\\\', // termcap
  'P[>!]\\|[^\\x1b]*\\x1b\\\\', // name and unit
);
const MOUSE = escapeSequences('\\[<[\\d;]+[mM]', '\\[M[\\s\\S]{3}', '\\[\\d+;\\d+;\\d+M');
const ESC = 0x1b;
/**
 * The keys ^C, ^Z and ^\, which interrupt a program. Some programs read these keys as ordinary keys. Treating
 * the keys as interrupts does no harm to such programs.
 */
const INTERRUPTS = [0x03, 0x1a, 0x1c];

export interface Input {
  /** True if a person pressed a key or pasted text. */
  typed: boolean;
  /** The input without answers to queries and without focus reports. */
  withoutReports: Uint8Array;
}

export function readInput(bytes: Uint8Array): Input {
  if (!bytes.includes(ESC)) return { typed: bytes.length > 0, withoutReports: bytes };
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const rest = text.replace(REPORT, '');
  const withoutReports = rest.length === text.length ? bytes : Buffer.from(rest, 'latin1');
  return { typed: rest.replace(MOUSE, '') !== '', withoutReports };
}

export function interrupts(bytes: Uint8Array): boolean {
  return INTERRUPTS.some((key) => bytes.includes(key));
}

function escapeSequences(...afterEsc: string[]): RegExp {
  return new RegExp(`\\x1b(?:${afterEsc.join('|')})`, 'g');
}
