/**
 * Checks a page that was loaded from a far region. Its terminals use the near hub, which accepts a ticket but
 * not the page's cookie.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildWeb, webIsCurrent } from '../../product/web.ts';
import { launchChromium } from '../../testing/chromium.ts';
import { complaints, createMachine, type, untilText } from '../../testing/page.ts';
import { TwoRegions } from '../../testing/two-regions.ts';

let world: TwoRegions | undefined;
let browser: Browser;
beforeAll(async () => {
  // Does not rebuild a current page, because other tests may have its files open.
  if (!(await webIsCurrent())) await buildWeb();
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  await world?.close();
});

test('the page’s security policy allows the near hub, and no user has to sign in again', async () => {
  world = await TwoRegions.open({ roundTripMs: 150, firstIsFar: true });
  const { first, second } = world;
  await world.agent(second);
  const page = await browser.newPage();
  const complained = complaints(page);
  const sockets: string[] = [];
  page.on('websocket', (socket) => sockets.push(socket.url()));
  await page.goto(await world.link(first));
  await createMachine(page);
  const consumer = (url: string) => `${url.replace('http', 'ws')}/consumer`;
  await expect.poll(() => sockets).toContain(consumer(second.url));
  expect(sockets[0]).toBe(consumer(first.url));
  await type(page, 'echo ne""ar\n');
  await untilText(page, /^near$/m);
  await page.waitForSelector('[data-line="connected"]');
  expect(complained).toEqual([]);
});
