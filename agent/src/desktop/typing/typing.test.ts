/** How keys and texts are typed, and that all keys are released. */
import { expect, test } from 'vitest';
import { CTRL, KEYS, type Press, SHIFT } from './testing/index.ts';
import { Typing } from './typing.ts';

const PAGE = { sessionId: 's', contextId: 1 };

/** Records the calls as words. The keycode of a key equals its keysym. */
function setUp() {
  const done: string[] = [];
  const state = { page: PAGE as typeof PAGE | undefined, isAllowed: true };
  const typing = new Typing({
    display: {
      press: async (keysym) => {
        done.push(`down ${keysym.toString(16)}`);
        return keysym;
      },
      release: async (keycode) => void done.push(`up ${keycode.toString(16)}`),
      type: async (text) => void done.push(`type ${text}`),
    },
    order: {
      shortcut: () => done.push('shortcut'),
      ready: async () => void done.push('ready'),
      page: async () => state.page,
    },
    pages: { insert: async (_, text) => void done.push(`insert ${text}`) },
    isAllowed: () => state.isAllowed,
  });
  const key = (press: Press, down: boolean, modifiers = 0) =>
    typing.key({ ...press, down, modifiers, location: 0, repeat: false });
  return { done, state, typing, key };
}

const letter = (text: string): Press => ({
  text,
  key: text,
  code: `Key${text.toUpperCase()}`,
  keysym: text.charCodeAt(0),
});

test('a key is down until it is let go', async () => {
  const { done, key } = setUp();
  await key(letter('x'), true);
  await key(letter('x'), true);
  await key(letter('x'), false);
  await key(letter('x'), false);
  expect(done).toEqual(['ready', 'down 78', 'ready', 'down 78', 'up 78']);
});

test('what is typed after a shortcut waits for it, and so do modifiers', async () => {
  const { done, key } = setUp();
  const { text: _, ...l } = letter('l');
  await key(KEYS.ctrl, true, CTRL);
  await key(l, true, CTRL);
  await key(KEYS.ctrl, false);
  await key(letter('x'), true);
  expect(done.join()).toBe('ready,down ffe3,ready,shortcut,down 6c,up ffe3,ready,down 78');
});

test.each([
  ['with Caps Lock', { key: 'C', text: 'C', code: 'KeyC', keysym: 0x43 }, CTRL, 'c'],
  ['with Shift', { key: 'C', text: 'C', code: 'KeyC', keysym: 0x43 }, CTRL | SHIFT, 'C'],
  ['with Shift and Caps Lock', { key: 'c', text: 'c', code: 'KeyC', keysym: 0x63 }, CTRL | SHIFT, 'C'],
  ['of a Russian keyboard', { key: 'с', text: 'с', code: 'KeyC', keysym: 0x1000441 }, CTRL, 'c'],
  ['of another place of the keyboard', { key: 'c', text: 'c', code: 'KeyJ', keysym: 0x63 }, CTRL, 'c'],
  ['of a French keyboard', { key: 'à', text: 'à', code: 'Digit0', keysym: 0xe0 }, CTRL, '0'],
  ['of a German keyboard', { key: 'ö', text: 'ö', code: 'Semicolon', keysym: 0xf6 }, CTRL, 'ö'],
  ['without a letter', { key: '+', text: '+', code: 'BracketRight', keysym: 0x2b }, CTRL, '+'],
])('a shortcut %s is the one that browsers take it for', async (_name, press, modifiers, sign) => {
  const { done, key } = setUp();
  await key(press, true, modifiers);
  expect(done.at(-1)).toBe(`down ${sign.charCodeAt(0).toString(16)}`);
});

test('keys that only edit are no shortcuts', async () => {
  const { done, key } = setUp();
  for (const press of [KEYS.backspace, KEYS.home, KEYS.enter]) await key(press, true);
  expect(done).not.toContain('shortcut');
  await key(KEYS.escape, true);
  expect(done).toContain('shortcut');
});

test('a composed text goes to the page in one piece', async () => {
  const { done, typing } = setUp();
  await typing.text('👩‍👩‍👧');
  expect(done).toEqual(['insert 👩‍👩‍👧']);
});

test('a composed text goes by keys where no page has the focus, and a plain text always does', async () => {
  const { done, state, typing } = setUp();
  await typing.text('plain\r\ntext');
  state.page = undefined;
  await typing.text('日本語');
  expect(done).toEqual(['ready', 'type plain\ntext', 'type 日本語']);
});

test('keys that wait for a letter are not sent', async () => {
  const { done, key } = setUp();
  await key(KEYS.acute, true);
  await key(KEYS.acute, false);
  expect(done).toEqual([]);
});

test('all keys are let go', async () => {
  const { done, typing, key } = setUp();
  await key(KEYS.shift, true);
  await key(letter('x'), true);
  await typing.release();
  expect(done.slice(-2)).toEqual(['up ffe1', 'up 78']);
});

test('nothing is pressed for a viewer who may not type any more', async () => {
  const { done, state, typing, key } = setUp();
  state.isAllowed = false;
  await key(letter('x'), true);
  await typing.text('日本語');
  expect(done).toEqual(['ready']);
});
