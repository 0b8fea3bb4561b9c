/** Rules for the names of files that people exchange with a desktop. A name may not lead out of its folder. */

/** Maximum length of a file name on Linux, in bytes. */
const MOST_NAME_BYTES = 255;
/** Endings of downloads that are not complete yet. */
const PARTIAL = /\.(crdownload|part)$/i;

/**
 * Returns true if the name can only mean a file directly in a folder. Names that begin with a dot are refused:
 * programs use them for files that people do not see.
 */
export function isPlainName(name: string): boolean {
  const isShort = name.length > 0 && Buffer.byteLength(name) <= MOST_NAME_BYTES;
  return isShort && name.isWellFormed() && !name.startsWith('.') && !/[/\\\p{Cc}]/u.test(name);
}

export function isPartial(name: string): boolean {
  return PARTIAL.test(name);
}

/** Returns the name with a number before its ending, such as `name (1).txt`. Number 0 returns the name unchanged. */
export function numbered(name: string, number: number): string {
  if (number === 0) return name;
  const dot = name.lastIndexOf('.');
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  const tail = ` (${number})`;
  const whole = `${stem}${tail}${ending}`;
  if (Buffer.byteLength(whole) <= MOST_NAME_BYTES) return whole;
  const room = MOST_NAME_BYTES - Buffer.byteLength(tail + ending);
  // If the ending leaves no room for the name, it is not a real ending, and is cut like the rest.
  return room > 0
    ? `${cut(stem, room)}${tail}${ending}`
    : `${cut(name, MOST_NAME_BYTES - Buffer.byteLength(tail))}${tail}`;
}

/** Returns as many of the first characters as fit into this many bytes of UTF-8. */
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
