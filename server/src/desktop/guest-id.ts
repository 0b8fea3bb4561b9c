/**
 * The name under which the people with one share link are known. It stands for both a user and a session: their
 * traffic counts towards no user's limits, and ending the session ends the connections of all of them.
 */

const PREFIX = 'guest-';
/** Characters of the hash, of 6 bits each. A hash of a random token identifies the link and opens nothing. */
const LENGTH = 20;

/** tokenHash: hash of the token of the link. */
export function guestIdOf(tokenHash: string): string {
  return `${PREFIX}${tokenHash.slice(0, LENGTH)}`;
}

/** Returns true if this user or session is the guests of a share link. */
export function isGuestId(id: string): boolean {
  return id.startsWith(PREFIX);
}
