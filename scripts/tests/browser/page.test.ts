/**
 * Uses the page in a real Chromium: sign in, create a machine, type, resize, lose the connection, reconnect,
 * and open a second view.
 */

import { LineProxy } from '@unicore/server/testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../../testing/chromium.ts';
import { complaints, createMachine, screenOf, type, untilLine, untilText } from '../../testing/page.ts';
import { screenDifference } from '../../testing/screen.ts';
import { View } from '../../testing/view.ts';
import { startWorld, type World } from '../../testing/world.ts';

/**
 * Time limit to notice a dead connection that was not closed, in ms. The page notices it after 25 s of
 * silence.
 */
const STALL_NOTICED_MS = 40_000;

let line: LineProxy;
let world: World;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let errors: string[];

beforeAll(async () => {
  line = await LineProxy.open();
  world = await startWorld({ origins: [line.origin] });
  line.target = world.port;
  browser = await launchChromium();
  context = await browser.newContext({ viewport: { width: 1100, height: 700 } });
  page = await context.newPage();
  errors = complaints(page);
});

afterAll(async () => {
  await browser?.close();
  line?.close();
  await world?.close();
});

/** Expects that two pages show the same screen, cell by cell, after all bytes in flight have arrived. */
async function expectSameScreen(one: Page, other: Page): Promise<void> {
  await expect.poll(async () => screenDifference(await screenOf(one), await screenOf(other))).toBe('');
}

/**
 * Interrupts the running program and waits for the prompt, because the TTY discards keys that are typed
 * earlier.
 */
async function interrupt(one: Page): Promise<void> {
  await one.keyboard.press('Control+C');
  await untilText(one, /\^C\n\$ ?$/m);
}

test('a login link signs in, and one click makes a machine with a terminal', async () => {
  await page.goto(await world.link('ada', line.origin));
  expect(new URL(page.url()).pathname).toBe('/');
  await createMachine(page);
  await untilLine(page, 'connected');
});

test('what is typed runs, in colour and with wide characters', async () => {
  await type(page, "PS1='$ '; clear; printf '\\e[1;32mgreen\\e[0m 漢字 😀\\n'\n");
  await untilText(page, /^green 漢字 😀/m);
  const { lines } = await screenOf(page);
  expect(lines[0]).toContain('green‹1:2 - bold›');
});

test('the shell has the size of the window, also after it changed', async () => {
  for (const viewport of [
    { width: 900, height: 500 },
    { width: 1200, height: 760 },
  ]) {
    const before = (await screenOf(page)).cols;
    await page.setViewportSize(viewport);
    await expect.poll(async () => (await screenOf(page)).cols).not.toBe(before);
    const { cols, rows } = await screenOf(page);
    await type(page, 'clear; stty size\n');
    await untilText(page, new RegExp(`^${rows} ${cols}$`, 'm'));
  }
});

test('a line that is cut, and refused for a while, comes back to the exact screen', async () => {
  const unicore = await world.user('ada');
  const [vm] = await unicore.api.vm.list.query();
  const { cols, rows } = await screenOf(page);
  const witness = View.remote(unicore.openTerminal(vm!.vmId, { cols, rows }), cols, rows);
  await type(page, 'clear; echo be""gun; read\n');
  await untilText(page, /^begun/m);
  line.refuse();
  line.cut();
  await untilLine(page, 'reconnecting');
  witness.type('\r seq 1 40; printf "\\e[7minverse\\e[0m 漢字\\n"; cat\r');
  await witness.until(/^inverse 漢字/m);
  const refused = () => errors.filter((error) => error.includes('ERR_CONNECTION_REFUSED')).length;
  await expect.poll(refused).toBeGreaterThan(3);
  await line.allow();
  await untilLine(page, 'connected');
  await expect.poll(async () => screenDifference(await screenOf(page), witness.screen)).toBe('');
  await type(page, 'still the same cat\n');
  await untilText(page, /^still the same cat\nstill the same cat/m);
  await interrupt(page);
  witness.close();
});

test('a line that stalls is noticed, and what was typed meanwhile arrives once it flows', async () => {
  await type(page, 'clear; echo be""gun; cat\n');
  await untilText(page, /^begun/m);
  line.stall();
  await type(page, 'typed into the void\n');
  await page.waitForSelector('[data-line="reconnecting"]', { timeout: STALL_NOTICED_MS });
  line.flow();
  await untilLine(page, 'connected');
  await untilText(page, /^typed into the void\ntyped into the void/m);
  await interrupt(page);
});

test('a second tab on the same terminal shows the same screen, live and after a reload', async () => {
  await type(page, 'clear; seq 1 100; printf "\\e[7minverse\\e[0m 漢字\\n"\n');
  await untilText(page, /^inverse 漢字/m);
  const second = await context.newPage();
  const more = complaints(second);
  await second.setViewportSize({ width: 1200, height: 760 });
  await second.goto(page.url());
  await untilText(second, /^inverse 漢字/m);
  await expectSameScreen(second, page);
  await second.click('[data-terminal-id]');
  await type(second, 'echo from the second\n');
  await untilText(page, /^from the second/m);
  await expectSameScreen(page, second);
  await second.reload();
  await untilText(second, /^from the second/m);
  await expectSameScreen(second, page);
  expect(more).toEqual([]);
  await second.close();
});

test('the hub restarts, and the terminal goes on where it was', async () => {
  await page.click('[data-terminal-id]');
  await type(page, 'clear; here=still; echo se""t\n');
  await untilText(page, /^set/m);
  await world.stopHub();
  await untilLine(page, 'reconnecting');
  await world.startHub();
  await untilLine(page, 'connected');
  await type(page, 'echo $here\n');
  await untilText(page, /^still/m);
});

test('the page had no error of its own', () => {
  // Chromium itself logs each refused or broken connection, and each message sent before the page learns that
  // its socket is closing.
  const itsOwn = /net::ERR_|WebSocket connection to|WebSocket is already in CLOSING or CLOSED state/;
  expect(errors.filter((error) => !itsOwn.test(error))).toEqual([]);
});
