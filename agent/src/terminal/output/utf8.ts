/**
 * Where text may be cut. xterm keeps a cut character for the next write, but loses those whose last known byte is 0x80
 * (all of “ ” – — …): nothing is handed to it that ends within a character.
 */

/** Length of the part that ends with a whole character; invalid bytes count as whole. */
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
