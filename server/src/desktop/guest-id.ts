/**
 * The id of all guests of one share link. It is used both as a user id and as a session id. So the traffic of
 * guests does not count towards the limits of any real user, and ending the session disconnects all guests of the
 * link.
 */

const PREFIX = 'guest-';
/**
 * Number of characters of the hash, with 6 bits each. The hash of a random token identifies the link, but does not
 * give access to it.
 */
const LENGTH = 20;

/** tokenHash: the hash of the link's token. */
export function guestIdOf(tokenHash: string): string {
  return `${PREFIX}${tokenHash.slice(0, LENGTH)}`;
}

/** Returns true if this user id or session id stands for the guests of a share link. */
export function isGuestId(id: string): boolean {
  return id.startsWith(PREFIX);
}
