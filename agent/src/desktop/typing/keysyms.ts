/** Keysyms: the numbers that X uses for the meaning of keys. */
const FIRST_UNICODE_KEYSYM = 0x1000000;
const LATIN_1 = 0x100;

const RETURN = 0xff0d;
const TAB = 0xff09;
export const SHIFT = 0xffe1;
export const SHIFT_RIGHT = 0xffe2;
/** The keysym of the key F18. Keyboards do not have this key, and pages have no use for it. */
export const F18 = 0x1008ff49;
/** The lowest keysym of keys without a character, such as Return and Tab. */
export const LINE_KEYS = 0xff00;

type Range = readonly [first: number, last: number];
/** Keysyms of keys that type a character or help to type one, such as AltGr. */
const SIGNS: readonly Range[] = [
  [0, LINE_KEYS - 1],
  [FIRST_UNICODE_KEYSYM, FIRST_UNICODE_KEYSYM + 0x10ffff],
];
const MODIFIERS: Range = [0xffe1, 0xffee];
/** Ctrl, Meta, Alt, Super and Hyper, left and right. */
const COMMANDS: readonly Range[] = [
  [0xffe3, 0xffe4],
  [0xffe7, 0xffee],
];
/** Backspace, Return, Delete, the keys that move the cursor, and the number pad. */
const EDITING: readonly Range[] = [
  [0xff08, 0xff08],
  [RETURN, RETURN],
  [0xff50, 0xff57],
  [0xff80, 0xffbd],
  [0xffff, 0xffff],
];

/**
 * Returns true if the browser may use this key as a shortcut while the keys in `held` are down. All other keys type
 * or edit, or are modifiers.
 */
export function isShortcut(keysym: number, held: readonly number[]): boolean {
  if (within([MODIFIERS], keysym)) return false;
  if (held.some((key) => within(COMMANDS, key))) return true;
  return !within(SIGNS, keysym) && !within(EDITING, keysym);
}

function within(ranges: readonly Range[], keysym: number): boolean {
  return ranges.some(([first, last]) => keysym >= first && keysym <= last);
}

/** Returns the keysym that types this character. Returns 0 for a control character, because no key types it. */
export function keysymOf(character: string): number {
  if (character === '\n' || character === '\r') return RETURN;
  if (character === '\t') return TAB;
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x20 || (point >= 0x7f && point < 0xa0) || (point >= 0xd800 && point < 0xe000)) return 0;
  return point < LATIN_1 ? point : FIRST_UNICODE_KEYSYM + point;
}
