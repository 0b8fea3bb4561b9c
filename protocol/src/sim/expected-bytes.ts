/**
 * Computes the expected byte at each offset of a test stream. A wrong offset, a gap or a repetition is
 * detected at once.
 */

const LOW = Uint8Array.from({ length: 0x10000 }, (_, off) => off * 31 + (off >> 8) * 7);

/**
 * Returns the `count` expected bytes from offset `from`. salt: a number that differs between channels and
 * directions.
 */
export function expectedBytes(salt: number, from: number, count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  for (let i = 0; i < count; i++) bytes[i] = expectedByte(salt, from + i);
  return bytes;
}

/**
 * Returns the first offset with a wrong byte; undefined if all bytes are right. from: the offset of the first
 * byte.
 */
export function wrongAt(salt: number, from: number, bytes: Uint8Array): number | undefined {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== expectedByte(salt, from + i)) return from + i;
  return undefined;
}

function expectedByte(salt: number, off: number): number {
  return (LOW[off & 0xffff]! + salt + (off >>> 16) * 13) & 0xff;
}
