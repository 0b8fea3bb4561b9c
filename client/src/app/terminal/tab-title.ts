/** Shortens the title that a program has set, for its tab. */

/** Matches "user@host: ". Debian's prompt puts it first, and it is the same in all terminals of a machine. */
const USER_AND_HOST = /^[\w.-]+@[\w.-]+:\s*(?=\S)/;

export function tabTitle(title: string): string {
  return title.replace(USER_AND_HOST, '');
}
