/** When typing may go to a page by CDP. */
import { SimClock } from '@unicore/protocol/sim';
import { expect, test } from 'vitest';
import { Focus } from './focus.ts';
import type { Page } from './pages.ts';

const PAGE: Page = { sessionId: 's', targetId: 't', isFrame: false, context: undefined };

function setUp() {
  const clock = new SimClock();
  const state = { page: undefined as Page | undefined, isHandled: true, asked: 0 };
  const focus = new Focus({
    clock,
    pages: { focused: async () => state.page },
    displayHandled: async () => {
      state.asked += 1;
      return state.isHandled;
    },
  });
  return { clock, state, focus, page: () => focus.page(async () => true) };
}

test('a page is typed into after it kept the focus for a while', async () => {
  const { clock, state, page } = setUp();
  state.page = PAGE;
  expect(await page()).toBeUndefined();
  await clock.advance(399);
  expect(await page()).toBeUndefined();
  await clock.advance(1);
  expect(await page()).toBe(PAGE);
  const { asked } = state;
  expect(await page()).toBe(PAGE);
  expect(state.asked).toBe(asked);
});

test('after a shortcut or a click, the wait begins again', async () => {
  const { clock, state, focus, page } = setUp();
  state.page = PAGE;
  await page();
  await clock.advance(400);
  expect(await page()).toBe(PAGE);
  focus.moved();
  expect(await page()).toBeUndefined();
  await clock.advance(300);
  focus.moved();
  expect(await page()).toBeUndefined();
  await clock.advance(300);
  expect(await page()).toBeUndefined();
});

test('a page that lost the focus gets nothing, and the browser is not asked what it has handled', async () => {
  const { clock, state, page } = setUp();
  state.page = PAGE;
  await page();
  await clock.advance(400);
  expect(await page()).toBe(PAGE);
  state.page = undefined;
  const { asked } = state;
  expect(await page()).toBeUndefined();
  expect(state.asked).toBe(asked);
  state.page = PAGE;
  expect(await page()).toBeUndefined();
});

test('without a proof that the browser has handled all keys, they go on by the display', async () => {
  const { clock, state, page } = setUp();
  state.page = PAGE;
  state.isHandled = false;
  for (let i = 0; i < 5; i += 1) {
    expect(await page()).toBeUndefined();
    await clock.advance(400);
  }
  expect(state.asked).toBe(2);
});

test('a click during the check undoes its result', async () => {
  const { clock, state, focus, page } = setUp();
  state.page = PAGE;
  await page();
  await clock.advance(400);
  const checked = page();
  focus.moved();
  expect(await checked).toBeUndefined();
});

test('a long text waits until it is known whether the page has the focus', async () => {
  const { clock, state, focus } = setUp();
  state.page = PAGE;
  const settled = focus.settledPage(async () => true);
  for (let i = 0; i < 20; i += 1) await clock.advance(100);
  expect(await settled).toBe(PAGE);
  state.page = undefined;
  focus.moved();
  expect(await focus.settledPage(async () => true)).toBeUndefined();
});
