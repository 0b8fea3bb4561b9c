import { describe, expect, test } from 'vitest';
import { isShortcut } from './keysyms.ts';

const CTRL = 0xffe3;
const SHIFT = 0xffe1;
const CAPS_LOCK = 0xffe5;

describe('keys that the browser may have a use for', () => {
  test.each([
    ['Ctrl and a letter', 0x6c, [CTRL], true],
    ['Ctrl and Return', 0xff0d, [CTRL], true],
    ['Tab', 0xff09, [], true],
    ['F5', 0xffc2, [], true],
    ['the key that goes back in the history', 0x1008ff26, [], true],
    ['a letter', 0x6c, [SHIFT], false],
    ['a letter while Caps Lock is down', 0x6c, [CAPS_LOCK], false],
    ['a character of Unicode', 0x100263a, [SHIFT], false],
    ['AltGr', 0xfe03, [], false],
    ['Ctrl itself', CTRL, [], false],
    ['Home', 0xff50, [], false],
    ['5 of the number pad', 0xffb5, [], false],
  ])('%s: keysym %i', (_name, keysym, held, expected) => {
    expect(isShortcut(keysym, held)).toBe(expected);
  });
});
