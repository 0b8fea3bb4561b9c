/** Shortens the title that a program has set, so that a tab can show it. */

/**
 * Matches "user@host: ". Debian's prompt puts this text before the title. It is the same in all terminals of
 * a machine.
 */
const USER_AND_HOST = /^[\w.-]+@[\w.-]+:\s*(?=\S)/;

export function tabTitle(title: string): string {
  return title.replace(USER_AND_HOST, '');
}
