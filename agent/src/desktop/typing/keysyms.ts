/** Keysyms: the numbers of X for what keys mean. */
const FIRST_UNICODE_KEYSYM = 0x1000000;
const LATIN_1 = 0x100;

const RETURN = 0xff0d;
const TAB = 0xff09;
export const SHIFT = 0xffe1;
export const SHIFT_RIGHT = 0xffe2;
/** A key that keyboards do not have and pages do not see. */
export const F18 = 0x1008ff49;
/** From here on, keysyms are those of keys without a sign, such as Return and Tab. */
export const LINE_KEYS = 0xff00;

/** Returns the keysym that types this character, or 0 if it is a control character, which no key types. */
export function keysymOf(character: string): number {
  if (character === '\n' || character === '\r') return RETURN;
  if (character === '\t') return TAB;
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x20 || (point >= 0x7f && point < 0xa0) || (point >= 0xd800 && point < 0xe000)) return 0;
  return point < LATIN_1 ? point : FIRST_UNICODE_KEYSYM + point;
}
