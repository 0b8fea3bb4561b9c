/** Which way typed keys go, and that they are let go in the same way. */
import { SimClock } from '@unicore/protocol/sim';
import { expect, test } from 'vitest';
import { Focus } from './focus.ts';
import type { Page } from './pages.ts';
import { KEYS, type Press, SHIFT } from './testing/index.ts';
import { Typing } from './typing.ts';

const PAGE: Page = { sessionId: 's', targetId: 't', isFrame: false, context: undefined };

/** Records what is done, as words such as `page Input.insertText` and `down 78`. */
async function setUp({ inPage = true } = {}) {
  const clock = new SimClock();
  const done: string[] = [];
  const state = { page: inPage ? PAGE : undefined, isAllowed: true };
  const focus = new Focus({
    clock,
    pages: { focused: async () => state.page },
    displayHandled: async () => true,
  });
  const typing = new Typing({
    focus,
    pages: {
      input: async (_, method, params) => {
        done.push(`page ${params.type ?? method} ${params.text ?? params.key}`);
        return true;
      },
    },
    send: (bytes) => {
      for (let at = 0; at < bytes.length; at += 8) {
        const keysym = Buffer.from(bytes).readUInt32BE(at + 4);
        done.push(`${bytes[at + 1] === 1 ? 'down' : 'up'} ${keysym.toString(16)}`);
      }
    },
    sent: async () => true,
    typeSpare: async (keysym) => {
      done.push(`spare ${keysym.toString(16)}`);
      return true;
    },
    isAllowed: () => state.isAllowed,
  });
  const key = (press: Press, down: boolean, modifiers = 0) =>
    typing.key({ ...press, down, modifiers, location: 0, repeat: false });
  if (inPage) {
    await focus.page(async () => true);
    await clock.advance(400);
  }
  return { clock, done, state, focus, typing, key };
}

const letter = (text: string): Press => ({
  text,
  key: text,
  code: `Key${text.toUpperCase()}`,
  keysym: text.charCodeAt(0),
});

test('letters, texts and editing keys go to the page that has the focus', async () => {
  const { done, typing, key } = await setUp();
  await key(letter('x'), true);
  await key(letter('x'), false);
  await typing.text('日本');
  await key(KEYS.backspace, true);
  await key(KEYS.backspace, false);
  await key(KEYS.enter, true);
  expect(done).toEqual([
    ...['page keyDown x', 'page keyUp x', 'page Input.insertText 日本'],
    ...['page rawKeyDown Backspace', 'page keyUp Backspace', 'page keyDown \r'],
  ]);
});

test('shortcuts and the keys after them go by the display, and keys are let go as they were pressed', async () => {
  const { done, key } = await setUp();
  await key(letter('x'), true);
  await key(KEYS.ctrl, true, 2);
  await key({ key: 'l', code: 'KeyL', keysym: 0x6c }, true, 2);
  await key(letter('x'), false);
  await key(KEYS.ctrl, false);
  await key(letter('y'), true);
  expect(done).toEqual([
    ...['page keyDown x', 'down ffe3', 'down 6c', 'up 6c', 'page keyUp x', 'up ffe3', 'down 79', 'up 79'],
  ]);
});

test('characters that no key has are typed by the spare key; dead keys by themselves type nothing', async () => {
  const { done, typing, key } = await setUp({ inPage: false });
  await key(KEYS.circumflex, true);
  await key({ key: 'ê', code: 'KeyE', text: 'ê', keysym: 0xea }, true);
  await typing.text('a日\n');
  expect(done).toEqual(['spare ea', 'down 61', 'up 61', 'spare 10065e5', 'down ff0d', 'up ff0d']);
});

test('Shift that is down in a page is down on the display, too, before a click', async () => {
  const { done, typing, key } = await setUp();
  await key(KEYS.shift, true, SHIFT);
  typing.click();
  typing.click();
  await key(KEYS.shift, false);
  expect(done).toEqual(['page rawKeyDown Shift', 'down ffe1', 'up ffe1', 'page keyUp Shift']);
});

test('a text stops where its viewer loses the controls', async () => {
  const { done, state, typing } = await setUp({ inPage: false });
  const typed = typing.text('日本語');
  await Promise.resolve();
  state.isAllowed = false;
  await typed;
  expect(done.length).toBeLessThan(3);
});

test('all keys that are held are let go', async () => {
  const { done, typing, key } = await setUp();
  await key(letter('x'), true);
  await key(KEYS.ctrl, true, 2);
  done.length = 0;
  await typing.release();
  await typing.release();
  expect(done).toEqual(['page keyUp x', 'up ffe3']);
});
