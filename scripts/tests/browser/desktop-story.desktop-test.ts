/**
 * The story of a real desktop on the page in a real Chromium: start, see, move files, share, lose the line, lose hub
 * and agent while the page is frozen, extend, end. Nothing of it is left.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UniCore } from '@unicore/client/sdk';
import { LineProxy } from '@unicore/server/testing';
import { RedisServer } from '@unicore/server/testing/redis';
import type { Browser, BrowserContext, ElementHandle, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../../testing/chromium.ts';
import { CANVAS, CONNECTED, type Colour, DesktopPage } from '../../testing/desktop-page.ts';
import { freeze } from '../../testing/freeze.ts';
import { LeakAudit } from '../../testing/leaks/audit.ts';
import { redisKeys, rows } from '../../testing/leaks/hub.ts';
import { keeperRuns, machine } from '../../testing/leaks/machine.ts';
import { seesMarker, showMarker } from '../../testing/marker.ts';
import { Started, stopAgent } from '../../testing/started.ts';

const FROZEN_MS = 60_000;
const LOST_MS = 10_000;
const TEXT = 'größe 日本語 👩‍👩‍👧\n'.repeat(20_000);

const data = mkdtempSync(join(tmpdir(), 'unicore-page-'));
let redis: RedisServer;
let line: LineProxy;
let started: Started;
let owner: UniCore;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let desktop: DesktopPage;
let audit: LeakAudit;

beforeAll(async () => {
  line = await LineProxy.open();
  redis = await RedisServer.start();
  const env = { UNICORE_ORIGINS: line.origin, UNICORE_REDIS_URL: redis.url };
  started = await Started.start(data, { env });
  line.target = Number(new URL(started.url).port);
  owner = started.sdk();
  browser = await launchChromium();
  context = await browser.newContext({ viewport: { width: 1280, height: 800 }, acceptDownloads: true });
  page = await context.newPage();
  await page.goto(started.link.replace(started.url, line.origin));
  await page.getByRole('link', { name: 'Desktop' }).waitFor();
  await keeperRuns(join(data, 'agent'));
  audit = await LeakAudit.begin(data, machine, rows(data), redisKeys(redis));
});

afterAll(async () => {
  await desktop?.leave();
  await browser?.close();
  owner?.close();
  await started?.stop();
  await stopAgent(data);
  line?.close();
  await redis?.stop();
  rmSync(data, { recursive: true, force: true });
});

const canvas = async (): Promise<ElementHandle> => (await page.$(CANVAS))!;

test('a click starts a desktop, and its address bar takes what is typed', async () => {
  desktop = await DesktopPage.create(page, owner);
  audit.follow(desktop.sessionId);
  const kinds = ['process', 'socket', 'file', 'row', 'key'];
  expect(await audit.kinds()).toEqual(expect.arrayContaining(kinds));
  await showMarker(desktop);
});

test('a file goes in by the button, and another by a drop onto the picture', async () => {
  await page.getByRole('button', { name: 'Files' }).click();
  const buffer = Buffer.from(TEXT);
  await page.getByLabel('Upload files').setInputFiles({ name: 'größe.txt', mimeType: 'text/plain', buffer });
  await page.getByText('In Uploads').waitFor();
  await page.keyboard.press('Escape');
  await page.evaluate((selector) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['dropped'], 'dropped.txt'));
    const target = document.querySelector(selector)!;
    for (const type of ['dragenter', 'dragover', 'drop']) {
      target.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
    }
  }, CANVAS);
  const beside = owner.desktop(desktop.sessionId);
  const uploads = async () =>
    (await beside.files()).uploads.map(({ name, size }) => `${name} ${size}`).sort();
  await expect.poll(uploads).toEqual(['dropped.txt 7', `größe.txt ${buffer.length}`]);
  beside.close();
});

test('what is downloaded in the desktop is saved by one click', async () => {
  const tab = await desktop.tab();
  await tab.evaluate(`{
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([${JSON.stringify(TEXT)}]));
    link.download = 'report.txt';
    link.click();
  }`);
  await page.getByText('report.txt was downloaded in the desktop.').waitFor();
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save' }).click();
  const download = await saving;
  expect(download.suggestedFilename()).toBe('report.txt');
  expect(readFileSync(await download.path(), 'utf8') === TEXT).toBe(true);
});

test('a guest sees the picture by a link, and nothing after sharing was stopped', async () => {
  const colours = await showMarker(desktop);
  await page.getByRole('button', { name: 'Share' }).click();
  await page.getByRole('button', { name: 'Make a link' }).click();
  const link = await page.locator('code', { hasText: '/desktop/shared#' }).textContent();
  const stranger = await browser.newContext({ viewport: { width: 900, height: 700 } });
  const guest = await stranger.newPage();
  await guest.goto(link!);
  await guest.waitForSelector(CONNECTED);
  await guest.getByText('Only watching').waitFor();
  await guest.locator(CANVAS).click();
  await guest.keyboard.type('not heard');
  await page.getByRole('button', { name: 'Stop sharing' }).click();
  await guest.getByRole('heading', { name: 'There is nothing to watch' }).waitFor();
  await stranger.close();
  await page.keyboard.press('Escape');
  await seesMarker(desktop, colours);
});

test('a line that is lost for 10 s resumes the same connection, with what was painted meanwhile', async () => {
  await showMarker(desktop);
  const before = await canvas();
  line.refuse();
  line.cut();
  await page.waitForSelector('[data-desktop="reconnecting"]');
  const tab = await desktop.tab();
  const teal: Colour = [0, 128, 128];
  await tab.evaluate(`document.body.outerHTML = '<body style="background:teal">'`);
  await new Promise((over) => setTimeout(over, LOST_MS));
  await line.allow();
  await page.waitForSelector(CONNECTED);
  await seesMarker(
    desktop,
    Array.from({ length: 9 }, () => teal),
  );
  // noVNC makes a canvas for each connection of its own.
  expect(await before.evaluate((element) => element.isConnected)).toBe(true);
});

test('hub and agent are killed while the page is frozen, and the picture comes back', async () => {
  const stoodStill = await freeze(browser, page, FROZEN_MS, async () => {
    await desktop.leave();
    const { hub, agent } = await started.pids();
    process.kill(hub, 'SIGKILL');
    await expect.poll(async () => (await started.pids().catch(() => undefined))?.hub ?? hub).not.toBe(hub);
    process.kill(agent, 'SIGKILL');
    await expect
      .poll(async () => (await started.pids().catch(() => undefined))?.agent ?? agent)
      .not.toBe(agent);
  });
  expect(stoodStill).toBeGreaterThan(FROZEN_MS / 2);
  await page.waitForSelector(CONNECTED);
  await showMarker(desktop);
});

test('one click lets it run an hour longer', async () => {
  await page.getByRole('button', { name: 'Extend' }).click();
  await page.getByText(/Ends in 1 h 5\d min|Ends in 2 h/).waitFor();
});

test('its end shows the receipt', async () => {
  await page.getByRole('button', { name: 'End the desktop' }).click();
  await page.getByRole('button', { name: 'End desktop' }).click();
  await page.getByRole('heading', { name: 'Your desktop has ended' }).waitFor();
  await page.getByRole('heading', { name: 'Receipt' }).waitFor();
  const [receipt] = await owner.api.vnc.receipts.query();
  expect(receipt).toMatchObject({
    sessionId: desktop.sessionId,
    launcher: 'process',
    reason: 'You ended it.',
  });
});

test('no process, file, socket, token or key more is left than there was before', async () => {
  await expect.poll(() => audit.more()).toEqual([]);
});
