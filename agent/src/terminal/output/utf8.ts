/**
 * Finds the offsets at which UTF-8 text may be split. xterm keeps a split character until the next write, but
 * loses the character if the split comes after a byte 0x80 (as in “ ” – — …). So no write to xterm ends
 * inside a character.
 */

/**
 * Returns the length of the longest prefix that ends with a complete character. Invalid bytes count as
 * complete.
 */
export function wholeLength(bytes: Uint8Array): number {
  const { length } = bytes;
  for (let back = 1; back <= 3 && back <= length; back++) {
    const byte = bytes[length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    return back < sizeOf(byte) ? length - back : length;
  }
  return length;
}

function sizeOf(firstByte: number): number {
  if ((firstByte & 0xe0) === 0xc0) return 2;
  if ((firstByte & 0xf0) === 0xe0) return 3;
  return (firstByte & 0xf8) === 0xf0 ? 4 : 1;
}
