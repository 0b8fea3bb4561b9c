/**
 * What a soft keyboard or an input method has changed in a text: how often Backspace has to be pressed at its end, and
 * what is typed then. A soft keyboard that corrects a word changes the text before the cursor.
 */

export interface TypedChange {
  backspaces: number;
  text: string;
}

/** A sign of several characters, such as a flag or a family. One Backspace deletes it. */
const ONE_SIGN = /\p{Extended_Pictographic}|\p{Regional_Indicator}/u;

/** The cursor is at the end of both texts. */
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
