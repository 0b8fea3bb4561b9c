/** Which keys are pressed for a text, and when a spare key may get a new character. */
import { beforeEach, expect, test } from 'vitest';
import { Keyboard } from './keyboard.ts';

const SHIFT = 0xffe1;
const LEFT = 0xff51;
const [A, ONE, SHIFT_KEY, LEFT_KEY] = [38, 10, 50, 113];
const SPARE = [93, 97];

let done: string[] = [];
let keyboard: Keyboard;

beforeEach(async () => {
  done = [];
  keyboard = await Keyboard.open({
    keyboard: async () =>
      new Map([
        [A, [0x61, 0x41]],
        [ONE, [0x31, 0x21]],
        [SHIFT_KEY, [SHIFT, SHIFT]],
        [LEFT_KEY, [LEFT, 0]],
        ...SPARE.map((key): [number, number[]] => [key, [0, 0]]),
      ]),
    press: (key) => done.push(`+${key}`),
    release: (key) => done.push(`-${key}`),
    setKey: (key, keysym) => done.push(`${key}=${String.fromCodePoint(keysym & 0xffff)}`),
    sync: async () => undefined,
    managed: async () => undefined,
    handled: async () => {
      done.push('handled');
      return true;
    },
  });
});

const type = (text: string, isAllowed = () => true) => keyboard.type(text, isAllowed);
const taps = (...keys: number[]) => keys.flatMap((key) => [`+${key}`, `-${key}`]);

test('Shift is pressed for characters that need it', async () => {
  await type('aA1!');
  const withShift = (key: number) => [`+${SHIFT_KEY}`, ...taps(key), `-${SHIFT_KEY}`];
  expect(done).toEqual([...taps(A), ...withShift(A), ...taps(ONE), ...withShift(ONE)]);
});

test('a Shift that is held is let go for characters without it, and pressed again', async () => {
  await keyboard.press(SHIFT, false);
  await keyboard.press(0x31, true);
  expect(done).toEqual([`+${SHIFT_KEY}`, `-${SHIFT_KEY}`, `+${ONE}`, `+${SHIFT_KEY}`]);
});

test('a Shift that is held stays down for keys that are no characters', async () => {
  await keyboard.press(SHIFT, false);
  expect(await keyboard.press(LEFT, false)).toBe(LEFT_KEY);
  expect(done).toEqual([`+${SHIFT_KEY}`, `+${LEFT_KEY}`]);
});

test('a spare key is pressed when the browser has its character', async () => {
  await type('aü');
  expect(done).toEqual([...taps(A), `${SPARE[0]}=ü`, 'handled', 'handled', ...taps(SPARE[0]!)]);
});

test('a character that has a spare key is typed at once', async () => {
  await type('üß');
  done = [];
  await type('ßüß');
  expect(done).toEqual(taps(SPARE[1]!, SPARE[0]!, SPARE[1]!));
});

test('a spare key keeps its character until the browser has handled its last stroke', async () => {
  await type('üß');
  done = [];
  await type('é');
  expect(done).toEqual(['handled', `${SPARE[0]}=é`, 'handled', 'handled', ...taps(SPARE[0]!)]);
});

test('the spare key that was used last keeps its character', async () => {
  await type('üßü');
  done = [];
  await type('é');
  expect(done).toContain(`${SPARE[1]}=é`);
});

test('a key that is pressed again is let go first', async () => {
  await keyboard.press(0x61, true);
  await keyboard.press(0x61, true);
  expect(done).toEqual([`+${A}`, `-${A}`, `+${A}`]);
});

test('a key that no keyboard has is let go at once', async () => {
  expect(await keyboard.press(0xfc, true)).toBeUndefined();
  expect(done.slice(-2)).toEqual(taps(SPARE[0]!));
});

test('characters are struck while the key before is held, and a held key is let go before it is struck', async () => {
  await keyboard.press(0x61, true);
  await type('1a');
  expect(done).toEqual([`+${A}`, ...taps(ONE), `-${A}`, ...taps(A)]);
});

test('a text ends where it is no longer allowed, and control characters are left out', async () => {
  let left = 2;
  await type('a\u0000a1', () => left-- > 0);
  expect(done).toEqual(taps(A, A));
});
