/** Numbers of keys: the key codes that pages see, and the keysyms of X. */
import type { TypedKey } from '@unicore/protocol/control';

/** Key codes of keys that are the same on every keyboard. */
const BY_KEY: Readonly<Record<string, number>> = {
  Backspace: 8,
  Tab: 9,
  Enter: 13,
  Shift: 16,
  Escape: 27,
  ' ': 32,
  PageUp: 33,
  PageDown: 34,
  End: 35,
  Home: 36,
  ArrowLeft: 37,
  ArrowUp: 38,
  ArrowRight: 39,
  ArrowDown: 40,
  Delete: 46,
};

/** Key codes of keys with signs, by the place of the key. */
const BY_CODE: Readonly<Record<string, number>> = {
  Semicolon: 186,
  Equal: 187,
  Comma: 188,
  Minus: 189,
  Period: 190,
  Slash: 191,
  Backquote: 192,
  BracketLeft: 219,
  Backslash: 220,
  BracketRight: 221,
  Quote: 222,
  IntlBackslash: 226,
  NumpadMultiply: 106,
  NumpadAdd: 107,
  NumpadSubtract: 109,
  NumpadDecimal: 110,
  NumpadDivide: 111,
};

/** Returns `keyCode` as a browser would give it, or 0 if it has no number. */
export function keyCode({ key, code }: Pick<TypedKey, 'key' | 'code'>): number {
  const known = BY_KEY[key] ?? BY_CODE[code];
  if (known !== undefined) return known;
  if (/^[a-z]$/i.test(key)) return key.toUpperCase().charCodeAt(0);
  const [, place, sign] = /^(Key|Digit|Numpad)([A-Z0-9])$/.exec(code) ?? [];
  if (sign === undefined) return 0;
  return place === 'Numpad' ? 96 + Number(sign) : sign.charCodeAt(0);
}

const FIRST_UNICODE_KEYSYM = 0x1000000;
const LATIN_1 = 0x100;

export const RETURN = 0xff0d;
export const TAB = 0xff09;
export const SHIFT = 0xffe1;

/** Returns the keysym that types this character. */
export function keysymOf(character: string): number {
  if (character === '\n' || character === '\r') return RETURN;
  if (character === '\t') return TAB;
  const point = character.codePointAt(0) ?? 0;
  return point < LATIN_1 ? point : FIRST_UNICODE_KEYSYM + point;
}

/** True for keys that the display's keyboard has. Others need a key that is given the character first. */
export function isOnKeyboard(keysym: number): boolean {
  return (keysym >= 0x20 && keysym < 0x7f) || keysym === RETURN || keysym === TAB;
}
