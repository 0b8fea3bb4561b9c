/**
 * Two desktops on Cloud Run, each on a page in a real Chromium. While the pages are frozen for a minute, one desktop
 * loses the process that dials the hub, and the other one the process that holds its programs.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../../testing/chromium.ts';
import { CloudWorld } from '../../testing/cloud-world.ts';
import { CONNECTED, DesktopPage } from '../../testing/desktop-page.ts';
import { freeze } from '../../testing/freeze.ts';
import { seesMarker, showMarker } from '../../testing/marker.ts';
import { pidsWhere } from '../../testing/pids.ts';

const FROZEN_MS = 60_000;

let world: CloudWorld;
let browser: Browser;
let dialled: DesktopPage;
let held: DesktopPage;

beforeAll(async () => {
  world = await CloudWorld.start();
  browser = await launchChromium();
});

afterAll(async () => {
  await dialled?.leave();
  await browser?.close();
  await world?.[Symbol.asyncDispose]();
});

/** Signs a user in and starts a desktop. */
async function desktopOf(name: string): Promise<DesktopPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(await world.link(name));
  return DesktopPage.create(page, await world.user(name));
}

const holders = ({ sessionId }: DesktopPage) =>
  pidsWhere(({ args }) => args[0] === `unicore-desktop ${sessionId}`);

test('the picture is back after the dialler was killed while the page was frozen', async () => {
  dialled = await desktopOf('ada');
  const [dialler] = world.pids('dialler');
  held = await desktopOf('ben');
  const colours = await showMarker(dialled);
  await dialled.leave();

  const stoodStill = await freeze(browser, dialled.page, FROZEN_MS, async () => {
    process.kill(dialler!, 'SIGKILL');
    for (const holder of holders(held)) process.kill(holder, 'SIGKILL');
    await expect.poll(() => world.pids('dialler').includes(dialler!)).toBe(false);
  });
  expect(stoodStill).toBeGreaterThan(FROZEN_MS / 2);

  await dialled.page.waitForSelector(CONNECTED);
  await seesMarker(dialled, colours);
  expect(holders(dialled)).toHaveLength(1);
});

test('its page takes what is typed', async () => {
  await showMarker(dialled);
});

test('a desktop whose holder was killed has ended on the thawed page, with the reason and a receipt', async () => {
  const { page } = held;
  await page.getByRole('heading', { name: 'Your desktop has ended' }).waitFor();
  await page.getByText('The desktop ended outside UniCore').waitFor();
  await page.getByRole('heading', { name: 'Receipt' }).waitFor();
});
