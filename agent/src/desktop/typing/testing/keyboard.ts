/** A German keyboard, with the key events that a browser reports. */
import type { TypedKey } from '@unicore/protocol/control';

export type Press = Omit<TypedKey, 'down' | 'modifiers' | 'location' | 'repeat'>;

export const SHIFT = 8;
export const CTRL = 2;

export const KEYS = {
  shift: { key: 'Shift', code: 'ShiftLeft', keysym: 0xffe1 },
  ctrl: { key: 'Control', code: 'ControlLeft', keysym: 0xffe3 },
  altGr: { key: 'AltGraph', code: 'AltRight', keysym: 0xfe03 },
  backspace: { key: 'Backspace', code: 'Backspace', keysym: 0xff08 },
  enter: { key: 'Enter', code: 'Enter', keysym: 0xff0d },
  escape: { key: 'Escape', code: 'Escape', keysym: 0xff1b },
  home: { key: 'Home', code: 'Home', keysym: 0xff50 },
  left: { key: 'ArrowLeft', code: 'ArrowLeft', keysym: 0xff51 },
  end: { key: 'End', code: 'End', keysym: 0xff57 },
  /** Dead keys: the keys ^ and ´ type nothing until the next letter. */
  circumflex: { key: 'Dead', code: 'Backquote', keysym: 0xfe52 },
  acute: { key: 'Dead', code: 'Equal', keysym: 0xfe51 },
} satisfies Record<string, Press>;

/** For each character, the keys that type it: modifiers and dead keys first, then the key with the text. */
export interface Stroke {
  readonly modifier?: Press;
  readonly dead?: Press;
  readonly press: Press;
}

const WITH_ALT_GR: Readonly<Record<string, string>> = {
  '@': 'KeyQ',
  '€': 'KeyE',
  '{': 'Digit7',
  '[': 'Digit8',
  ']': 'Digit9',
  '}': 'Digit0',
  '\\': 'Minus',
  '|': 'IntlBackslash',
  '~': 'BracketRight',
};
const PLAIN: Readonly<Record<string, string>> = {
  ' ': 'Space',
  ä: 'Quote',
  ö: 'Semicolon',
  ü: 'BracketLeft',
  ß: 'Minus',
  ',': 'Comma',
  '.': 'Period',
  '-': 'Slash',
  '#': 'Backslash',
  '+': 'BracketRight',
  y: 'KeyZ',
  '<': 'IntlBackslash',
  z: 'KeyY',
};
const WITH_SHIFT: Readonly<Record<string, string>> = {
  '!': 'Digit1',
  '"': 'Digit2',
  '§': 'Digit3',
  '/': 'Digit7',
  ':': 'Period',
  ';': 'Comma',
  '?': 'Minus',
  '=': 'Digit0',
  _: 'Slash',
  '>': 'IntlBackslash',
};
const ACUTE = 'áéíóú';
const CIRCUMFLEX = 'âêîôû^';

export function stroke(character: string): Stroke {
  const keysym =
    character.codePointAt(0)! < 256 ? character.codePointAt(0)! : 0x1000000 + character.codePointAt(0)!;
  const press = (code: string) => ({ press: { key: character, code, text: character, keysym } });
  const altGr = WITH_ALT_GR[character];
  if (altGr !== undefined) return { modifier: KEYS.altGr, ...press(altGr) };
  if (ACUTE.includes(character)) return { dead: KEYS.acute, ...press(letter(character)) };
  if (CIRCUMFLEX.includes(character)) return { dead: KEYS.circumflex, ...press(letter(character)) };
  const plain = PLAIN[character] ?? (/[a-z]/.test(character) ? letter(character) : undefined);
  if (plain !== undefined) return press(plain);
  if (/[0-9]/.test(character)) return press(`Digit${character}`);
  const shifted = WITH_SHIFT[character] ?? PLAIN[character.toLowerCase()] ?? letter(character.toLowerCase());
  return { modifier: KEYS.shift, ...press(shifted) };
}

/** Returns the key of a letter, without its accent. The accent ^ alone is typed with the space bar. */
function letter(character: string): string {
  const [base = ''] = character.normalize('NFD');
  return base === '^' ? 'Space' : `Key${base.toUpperCase()}`;
}
