/**
 * The secret (cookie) that gives access to an X display. Xvnc and its clients read it from a file in Xauthority
 * format. Without a cookie, every user of the machine could see the display and type on it.
 */
import { writeFile } from 'node:fs/promises';

/** The address family of an entry that is valid for every address and display. */
const FAMILY_WILD = 0xffff;
const COOKIE_NAME = 'MIT-MAGIC-COOKIE-1';
/** Length of a cookie in bytes. X servers accept no other length. */
export const COOKIE_BYTES = 16;

/** Writes the file that Xvnc gets as `-auth` and its clients as XAUTHORITY. */
export async function writeCookie(path: string, cookie: Uint8Array): Promise<void> {
  await writeFile(path, encodeCookie(cookie), { mode: 0o600, flag: 'wx' });
}

/** Encodes one entry: the family as u16, then address, display number, name and cookie, each with its length as u16. */
export function encodeCookie(cookie: Uint8Array): Buffer {
  const family = Buffer.alloc(2);
  family.writeUInt16BE(FAMILY_WILD);
  const nothing = Buffer.alloc(0);
  return Buffer.concat([family, ...[nothing, nothing, Buffer.from(COOKIE_NAME), cookie].flatMap(withLength)]);
}

function withLength(bytes: Uint8Array): Uint8Array[] {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return [length, bytes];
}
