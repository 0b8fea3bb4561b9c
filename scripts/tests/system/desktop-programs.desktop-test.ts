/**
 * Unmodified Playwright and Puppeteer drive a desktop through the hub, while a person watches. Person and programs
 * share the controls.
 */
import { RawClient } from '@unicore/agent/desktop/rfb';
import type { UniCore } from '@unicore/client/sdk';
import { type Browser, chromium, type Page } from 'playwright-core';
import puppeteer from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { endDesktop, runningDesktop } from '../../testing/desktops.ts';
import { answerTo, REPORT, SHOP } from '../../testing/order-form.ts';
import { socketStream } from '../../testing/socket-stream.ts';
import { startWorld, type World } from '../../testing/world.ts';

const TEAL = 0x008080;
const RED = 0xff0000;
const PNG = Buffer.from('\x89PNG', 'latin1');
/** A refused input must be answered before a timer of this length fires in the page, ms. */
const SOON_MS = 100;

let world: World;
let owner: UniCore;
let sessionId: string;
let viewer: RawClient;
const browsers: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  world = await startWorld();
  owner = await world.owner();
  ({ sessionId } = await runningDesktop(owner));
  viewer = await RawClient.connect(socketStream(owner.openDesktop(sessionId)));
});
afterEach(async () => {
  await Promise.all(browsers.splice(0).map((browser) => browser.close()));
});
afterAll(async () => {
  viewer?.close();
  await endDesktop(owner, sessionId);
  await world.close();
});

const vnc = () => owner.api.vnc;
const take = () => vnc().control.mutate({ sessionId, take: true });
const holder = async () => (await vnc().control.mutate({ sessionId })).holder?.kind;
const address = async () => (await vnc().connect.mutate({ sessionId, to: 'cdp' })).url;
const seen = (colour: number) =>
  viewer.until(() => viewer.pixel(viewer.width >> 1, (viewer.height * 3) >> 2) === colour);

async function playwright(): Promise<{ browser: Browser; page: Page }> {
  const browser = await chromium.connectOverCDP(await address());
  browsers.push(browser);
  const context = browser.contexts()[0]!;
  await context.route('**', (route) => route.fulfill(answerTo(route.request().url())));
  return { browser, page: context.pages()[0]! };
}

/** Waits for the downloaded report, and returns its text as the desktop's owner gets it. */
async function downloaded(): Promise<string> {
  const desktop = owner.desktop(sessionId);
  const names = async () => (await desktop.files()).downloads.map(({ name }) => name);
  await expect.poll(names).toContain(REPORT);
  const { stream } = await desktop.download(REPORT);
  const text = await new Response(stream).text();
  await desktop.removeFile({ folder: 'downloads', name: REPORT });
  desktop.close();
  return text;
}

test('Playwright fills a form and a frame of another origin, downloads and looks, while a person watches', async () => {
  const { browser, page } = await playwright();
  await page.goto(SHOP);
  await page.fill('#colour', 'teal');
  await page.selectOption('#size', 'large');
  const card = page.frameLocator('iframe').locator('#card');
  await card.fill('4711');
  expect([await page.inputValue('#size'), await card.inputValue()]).toEqual(['large', '4711']);
  await page.click('button');
  await seen(TEAL);
  expect((await page.screenshot()).subarray(0, 4)).toEqual(PNG);
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('a')]);
  expect([download.suggestedFilename(), await download.failure()]).toEqual([REPORT, null]);
  expect(await downloaded()).toBe('the report');
  await browser.close();
  expect((await vnc().session.mutate()).phase).toBe('running');
});

test('Puppeteer does the same in the same browser, which outlives both', async () => {
  const browser = await puppeteer.connect({ browserWSEndpoint: await address(), defaultViewport: null });
  browsers.push(browser);
  const [page] = await browser.pages();
  await page!.setRequestInterception(true);
  page!.on('request', (request) => void request.respond(answerTo(request.url())));
  await page!.goto(SHOP);
  await page!.locator('#colour').fill('red');
  await page!.select('#size', 'large');
  const frame = await page!.waitForFrame((each) => each.url().includes('bank'));
  await frame.type('#card', '4711');
  const value = (element: Element) => (element as HTMLInputElement).value;
  expect([await page!.$eval('#size', value), await frame.$eval('#card', value)]).toEqual(['large', '4711']);
  await page!.click('button');
  await seen(RED);
  expect(Buffer.from(await page!.screenshot()).subarray(0, 4)).toEqual(PNG);
  await page!.click('a');
  expect(await downloaded()).toBe('the report');
  await browser.close();
  const again = await playwright();
  expect(again.page.url()).toBe(SHOP);
});

test('while a person has the controls, input of a program is refused at once, and it may look', async () => {
  const { page } = await playwright();
  await page.goto(SHOP);
  await take();
  const cdp = await page.context().newCDPSession(page);
  const answers: string[] = [];
  const soon = cdp
    .send('Runtime.evaluate', {
      expression: `new Promise((done) => setTimeout(done, ${SOON_MS}))`,
      awaitPromise: true,
    })
    .then(() => answers.push('the timer'));
  const key = { type: 'keyDown', key: 'x', text: 'x' } as const;
  const refused = cdp
    .send('Input.dispatchKeyEvent', key)
    .catch((error: Error) => answers.push(error.message));
  await Promise.all([soon, refused]);
  expect(answers).toEqual([expect.stringContaining('CONTROL_HELD'), 'the timer']);
  await expect(page.goto(SHOP)).rejects.toThrow('CONTROL_HELD');
  expect((await page.screenshot()).subarray(0, 4)).toEqual(PNG);
});

test('while a program has the controls, input of a person reaches nothing, until the person takes over', async () => {
  const { page } = await playwright();
  await take();
  const { x, y } = (await page.locator('#colour').boundingBox())!;
  click(x + 3, y + 5 + ((await page.evaluate('outerHeight - innerHeight')) as number));
  await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('colour');
  await expect.poll(holder).toBeUndefined();
  const cdp = await page.context().newCDPSession(page);
  const act = () => cdp.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x: 400, y: 400 });
  await act();
  const refused = until(act);
  const before = await page.inputValue('#colour');
  press('a');
  await viewer.handled();
  expect([await page.inputValue('#colour'), await holder()]).toEqual([before, 'program']);
  await take();
  expect(await refused).toContain('CONTROL_HELD');
  press('b');
  await expect.poll(() => page.inputValue('#colour')).toBe(`b${before}`);
});

/** Repeats the work until it fails. Returns the message of that error. */
async function until(work: () => Promise<unknown>): Promise<string> {
  try {
    for (;;) await work();
  } catch (error) {
    return String(error);
  }
}

function click(x: number, y: number): void {
  for (const buttons of [1, 0]) viewer.pointer(Math.round(x), Math.round(y), buttons);
}

function press(letter: string): void {
  for (const isDown of [true, false]) viewer.key(letter.charCodeAt(0), isDown);
}
