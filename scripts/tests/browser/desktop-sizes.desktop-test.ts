/**
 * A real desktop gets the size of the page: after many changes, with unusual sizes, and with two pages of different
 * size.
 */
import type { UniCore } from '@unicore/client/sdk';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../../testing/chromium.ts';
import { CANVAS, DesktopPage } from '../../testing/desktop-page.ts';
import { endDesktop } from '../../testing/desktops.ts';
import { startWorld, type World } from '../../testing/world.ts';

const CHANGES = 200;
const WITHIN_MS = 10_000;
/** Time without a change of size after which the size counts as final, ms. */
const QUIET_MS = 3_000;

let world: World;
let owner: UniCore;
let browser: Browser;
let desktop: DesktopPage;
let name: string;

beforeAll(async () => {
  world = await startWorld();
  owner = await world.owner();
  ({ name } = await world.app.auth.owner('owner'));
  browser = await launchChromium();
  const page = await browser.newPage({ viewport: { width: 1100, height: 760 } });
  await page.goto(await world.link(name));
  desktop = await DesktopPage.create(page, owner);
});

afterAll(async () => {
  await browser?.close();
  if (desktop) await endDesktop(owner, desktop.sessionId);
  await world?.close();
});

/** Returns the size that the desktop itself reports. */
async function ownSize(): Promise<string> {
  const { width, height } = await owner.api.vnc.screenshot.query({ sessionId: desktop.sessionId });
  return `${width} × ${height}`;
}

async function expectToFit(seen: DesktopPage): Promise<void> {
  await expect.poll(async () => (await seen.size()) === (await seen.room())).toBe(true);
  expect(await ownSize()).toBe(await seen.room());
}

/** Records all changes of the picture's size from now on. */
async function sizesOf(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate((selector) => {
    const canvas = document.querySelector<HTMLCanvasElement>(selector)!;
    const sizes: string[] = [];
    new MutationObserver(() => sizes.push(`${canvas.width} × ${canvas.height}`)).observe(canvas, {
      attributeFilter: ['width', 'height'],
    });
    Object.assign(window, { sizes });
  }, CANVAS);
  return () => page.evaluate(() => (window as unknown as { sizes: string[] }).sizes);
}

test('odd sizes are taken exactly', async () => {
  for (const viewport of [
    { width: 903, height: 611 },
    { width: 1281, height: 777 },
    { width: 641, height: 481 },
  ]) {
    await desktop.page.setViewportSize(viewport);
    await expectToFit(desktop);
  }
});

test(`after ${CHANGES} changes within 10 s, the last one holds`, async () => {
  const began = performance.now();
  for (let i = 0; i < CHANGES; i++) {
    await desktop.page.setViewportSize({ width: 700 + ((i * 37) % 500), height: 500 + ((i * 23) % 300) });
    const early = (WITHIN_MS * i) / CHANGES - (performance.now() - began);
    if (early > 0) await desktop.page.waitForTimeout(early);
  }
  await expectToFit(desktop);
});

test('of two pages, the last one that changed has its size, and they do not fight', async () => {
  const page = await browser.newPage({ viewport: { width: 811, height: 599 } });
  await page.goto(await world.link(name));
  await page.getByRole('link', { name: 'Desktop' }).click();
  const other = await DesktopPage.shown(page, owner);
  await expectToFit(other);
  await desktop.page.setViewportSize({ width: 1033, height: 707 });
  await expectToFit(desktop);
  await expect.poll(() => other.size()).toBe(await desktop.room());
  const changes = await Promise.all([sizesOf(page), sizesOf(desktop.page)]);
  // If the two pages kept changing the size in turns, there would be no event to wait for.
  await page.waitForTimeout(QUIET_MS);
  for (const heard of changes) expect(await heard()).toEqual([]);
  await page.setViewportSize({ width: 905, height: 655 });
  await expectToFit(other);
  await page.close();
});
