/** The names that files of people may have: plain ones, which lead out of no folder. */

/** The most bytes of a name that Linux stores. */
const MOST_NAME_BYTES = 255;
/** Ends of the names of downloads that are not complete. */
const PARTIAL = /\.(crdownload|part)$/i;

/**
 * Returns true for a name that can only mean a file directly in a folder. Names with a leading dot are left to
 * programs, whose files are not shown.
 */
export function isPlainName(name: string): boolean {
  const isShort = name.length > 0 && Buffer.byteLength(name) <= MOST_NAME_BYTES;
  return isShort && name.isWellFormed() && !name.startsWith('.') && !/[/\\\p{Cc}]/u.test(name);
}

export function isPartial(name: string): boolean {
  return PARTIAL.test(name);
}

/** Returns the name with a number before its ending, as in `name (1).txt`. Number 0 is the name itself. */
export function numbered(name: string, number: number): string {
  if (number === 0) return name;
  const dot = name.lastIndexOf('.');
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  const tail = ` (${number})`;
  const whole = `${stem}${tail}${ending}`;
  if (Buffer.byteLength(whole) <= MOST_NAME_BYTES) return whole;
  const room = MOST_NAME_BYTES - Buffer.byteLength(tail + ending);
  // An ending that leaves no room is no ending that anybody knows.
  return room > 0
    ? `${cut(stem, room)}${tail}${ending}`
    : `${cut(name, MOST_NAME_BYTES - Buffer.byteLength(tail))}${tail}`;
}

/** Returns the first characters, as many as fit into this many bytes of UTF-8. */
function cut(text: string, most: number): string {
  let bytes = 0;
  let kept = '';
  for (const char of text) {
    bytes += Buffer.byteLength(char);
    if (bytes > most) break;
    kept += char;
  }
  return kept;
}
