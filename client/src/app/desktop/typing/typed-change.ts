/**
 * Computes what a soft keyboard or an input method has changed in a text: the number of Backspaces at its end, and
 * the text to type after them. This is needed because such a keyboard may also change words before the cursor, for
 * example to correct them.
 */

export interface TypedChange {
  backspaces: number;
  text: string;
}

/**
 * Matches characters that consist of several code points, such as a flag or a family. One Backspace deletes such a
 * character.
 */
const ONE_SIGN = /\p{Extended_Pictographic}|\p{Regional_Indicator}/u;

/** Returns the change from one text to the other. The cursor must be at the end of both. */
export function changeBetween(before: string, after: string): TypedChange {
  const old = signs(before);
  const now = signs(after);
  let same = 0;
  while (same < old.length && old[same] === now[same]) same++;
  const gone = old.slice(same).map((sign) => (ONE_SIGN.test(sign) ? 1 : [...sign].length));
  return { backspaces: gone.reduce((sum, each) => sum + each, 0), text: now.slice(same).join('') };
}

function signs(text: string): string[] {
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
}
