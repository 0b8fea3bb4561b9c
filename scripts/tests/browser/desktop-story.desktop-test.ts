/**
 * The story of a real desktop on the page in a real Chromium: start, see, move files, share, lose the line, lose hub
 * and agent while the page is frozen, extend, end. Nothing of it is left.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UniCore } from '@unicore/client/sdk';
import { LineProxy } from '@unicore/server/testing';
import type { Browser, BrowserContext, ElementHandle, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../../testing/chromium.ts';
import { displaysOf, openDisplays, tracesOf } from '../../testing/desktop-leaks.ts';
import { areAlike, CANVAS, CONNECTED, type Colour, DesktopPage } from '../../testing/desktop-page.ts';
import { Started, stopAgent } from '../../testing/started.ts';

const FROZEN_MS = 60_000;
const LOST_MS = 10_000;
const TEXT = 'größe 日本語 👩‍👩‍👧\n'.repeat(20_000);

const data = mkdtempSync(join(tmpdir(), 'unicore-page-'));
let line: LineProxy;
let started: Started;
let owner: UniCore;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let desktop: DesktopPage;
/** Displays of the desktop, while it ran. */
let displays: string[];

beforeAll(async () => {
  line = await LineProxy.open();
  started = await Started.start(data, { env: { UNICORE_ORIGINS: line.origin } });
  line.target = Number(new URL(started.url).port);
  owner = started.sdk();
  browser = await launchChromium();
  context = await browser.newContext({ viewport: { width: 1280, height: 800 }, acceptDownloads: true });
  page = await context.newPage();
  await page.goto(started.link.replace(started.url, line.origin));
});

afterAll(async () => {
  await desktop?.leave();
  await browser?.close();
  owner?.close();
  await started?.stop();
  await stopAgent(data);
  line?.close();
  rmSync(data, { recursive: true, force: true });
});

/** The processes that run the pages of a browser. */
async function renderersOf(one: Browser): Promise<number[]> {
  const cdp = await one.newBrowserCDPSession();
  const { processInfo } = await cdp.send('SystemInfo.getProcessInfo');
  await cdp.detach();
  return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
}

const colour = (): Colour => [0, 0, 0].map(() => Math.floor(Math.random() * 256)) as unknown as Colour;

/** A page of nine fields, and where the middle of each is, as a part of the page's width and height. */
function marker(colours: readonly Colour[]): string {
  const style = 'body{margin:0;display:grid;grid:repeat(3,1fr)/repeat(3,1fr);height:100vh}';
  const field = (one: Colour): string => `<i style=background:rgb(${one.join()})></i>`;
  return `<style>${style}</style>${colours.map(field).join('')}`;
}

async function middles(): Promise<{ x: number; y: number }[]> {
  const tab = await desktop.tab();
  const { width, height, top } = await tab.evaluate(() => ({
    width: window.innerWidth,
    height: window.innerHeight,
    top: window.outerHeight - window.innerHeight,
  }));
  return Array.from({ length: 9 }, (_, i) => ({
    x: Math.round((((i % 3) + 0.5) / 3) * width),
    y: Math.round(top + ((Math.floor(i / 3) + 0.5) / 3) * height),
  }));
}

async function expectMarker(colours: readonly Colour[]): Promise<void> {
  const points = await middles();
  await expect
    .poll(async () => {
      const seen = await desktop.colours(points);
      return areAlike(seen, colours) ? 'the marker' : seen;
    })
    .toBe('the marker');
}

/** Shows a new marker. Returns its colours. */
async function showMarker(): Promise<Colour[]> {
  const colours = Array.from({ length: 9 }, colour);
  await desktop.visit(`marker ${Math.random()}`, marker(colours));
  await expectMarker(colours);
  return colours;
}

const canvas = async (): Promise<ElementHandle> => (await page.$(CANVAS))!;

test('a click starts a desktop, and its address bar takes what is typed', async () => {
  desktop = await DesktopPage.create(page, owner);
  displays = await displaysOf(desktop.sessionId);
  expect(displays).toHaveLength(1);
  await showMarker();
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
  const colours = await showMarker();
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
  await expectMarker(colours);
});

test('a line that is lost for 10 s resumes the same connection, with what was painted meanwhile', async () => {
  await showMarker();
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
  await expectMarker(Array.from({ length: 9 }, () => teal));
  // noVNC makes a canvas for each connection of its own.
  expect(await before.evaluate((element) => element.isConnected)).toBe(true);
});

test('hub and agent are killed while the page is frozen, and the picture comes back', async () => {
  await page.evaluate(() => {
    const beats = [Date.now()];
    setInterval(() => beats.push(Date.now()), 100);
    Object.assign(window, { beats });
  });
  const renderers = await renderersOf(browser);
  for (const pid of renderers) process.kill(pid, 'SIGSTOP');
  const frozenAt = performance.now();
  await desktop.leave();
  const { hub, agent } = await started.pids();
  process.kill(hub, 'SIGKILL');
  await expect.poll(async () => (await started.pids().catch(() => undefined))?.hub ?? hub).not.toBe(hub);
  process.kill(agent, 'SIGKILL');
  await expect
    .poll(async () => (await started.pids().catch(() => undefined))?.agent ?? agent)
    .not.toBe(agent);
  await new Promise((over) => setTimeout(over, FROZEN_MS - (performance.now() - frozenAt)));
  for (const pid of renderers) process.kill(pid, 'SIGCONT');
  await page.waitForSelector(CONNECTED);
  await showMarker();
  const longest = await page.evaluate(() => {
    const { beats } = window as unknown as { beats: number[] };
    return Math.max(...beats.map((at, i) => at - (beats[i - 1] ?? at)));
  });
  expect(longest).toBeGreaterThan(FROZEN_MS / 2);
});

test('one click lets it run an hour longer', async () => {
  await page.getByRole('button', { name: 'Extend' }).click();
  await page.getByText(/Ends in 1 h 5\d min|Ends in 2 h/).waitFor();
});

test('its end shows the receipt, and nothing of it is left', async () => {
  expect((await tracesOf(desktop.sessionId)).length).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'End the desktop' }).click();
  await page.getByRole('button', { name: 'End desktop' }).click();
  await page.getByRole('heading', { name: 'Your desktop has ended' }).waitFor();
  await page.getByRole('heading', { name: 'Receipt' }).waitFor();
  expect(await tracesOf(desktop.sessionId)).toEqual([]);
  expect(await openDisplays(displays)).toEqual([]);
  const [receipt] = await owner.api.vnc.receipts.query();
  expect(receipt).toMatchObject({
    sessionId: desktop.sessionId,
    launcher: 'process',
    reason: 'You ended it.',
  });
});
