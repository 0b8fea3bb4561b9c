/** When typing continues after shortcuts and clicks. */
import { SimClock } from '@unicore/protocol/sim';
import { expect, test } from 'vitest';
import { Order } from './order.ts';

const PAGE = { sessionId: 's', contextId: 1 };

function setUp() {
  const clock = new SimClock();
  const done: string[] = [];
  const state = { focus: PAGE as typeof PAGE | undefined };
  const heard = Promise.withResolvers<boolean>();
  const order = new Order({
    clock,
    pages: { focused: async () => state.focus, heard: () => heard.promise },
    display: {
      strike: async () => void done.push('key'),
      handled: async () => void done.push('handled'),
      clicked: async (count) => void (count > 0 && done.push(`${count} clicks`)),
    },
  });
  return { clock, done, state, heard, order };
}

test('without a shortcut or a click, typing goes on at once', async () => {
  const { done, order } = setUp();
  await order.ready();
  expect(done).toEqual([]);
});

test('after a shortcut, the page must tell of a key first', async () => {
  const { clock, done, order, heard } = setUp();
  order.shortcut();
  let isReady = false;
  const ready = order.ready().then(() => {
    isReady = true;
  });
  await clock.advance(500);
  expect(isReady).toBe(false);
  heard.resolve(true);
  await ready;
  expect(done).toEqual(['handled', 'key', 'handled']);
  await order.ready();
  expect(done).toHaveLength(3);
});

test('after clicks, the window manager must have seen each of them', async () => {
  const { done, order, heard } = setUp();
  order.click(1);
  expect(order.isPending).toBe(true);
  order.click(2);
  heard.resolve(true);
  await order.ready();
  expect(done).toEqual(['3 clicks', 'handled', 'key', 'handled']);
});

test('if the browser’s own fields have the focus, no key is pressed', async () => {
  const { done, state, order } = setUp();
  state.focus = undefined;
  order.shortcut();
  await order.ready();
  expect(done).toEqual(['handled']);
});

test('before a new text is pasted, the browser has asked what the clipboard has, and then for the text', async () => {
  const { done, order } = setUp();
  await order.copied();
  expect(done).toEqual(['handled', 'handled', 'handled']);
});

test('a page that loses the focus is not waited for', async () => {
  const { clock, state, order } = setUp();
  const page = order.page();
  await clock.advance(10);
  state.focus = undefined;
  await clock.advance(50);
  expect(await page).toBeUndefined();
});

test('a page that does not answer is not waited for longer than 5 s', async () => {
  const { clock, order } = setUp();
  const page = order.page();
  for (let i = 0; i < 101; i += 1) await clock.advance(50);
  expect(await page).toBeUndefined();
});

test('a text may go to the page that has told of the key', async () => {
  const { order, heard } = setUp();
  heard.resolve(true);
  expect(await order.page()).toBe(PAGE);
});
