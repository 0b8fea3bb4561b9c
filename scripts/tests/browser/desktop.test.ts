/**
 * Uses a desktop on the page in a real Chromium: start it, watch its phases, see colours, type, resize, lose the
 * connection, and end it.
 */
import { LineProxy } from '@unicore/server/testing';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinTokenOf } from '../../testing/agent.ts';
import { launchChromium } from '../../testing/chromium.ts';
import { DesktopKeyboard } from '../../testing/desktop-keyboard.ts';
import { DesktopMachine } from '../../testing/desktop-machine.ts';
import type { Colour } from '../../testing/rfb-server.ts';
import { World } from '../../testing/world.ts';

const RED: Colour = [200, 30, 40];
const BLUE: Colour = [20, 60, 210];
const GREEN: Colour = [10, 160, 80];
const CANVAS = '[data-desktop] canvas';
const CONNECTED = '[data-desktop="connected"]';
const SCALE = 2;

let line: LineProxy;
let world: World;
let machine: DesktopMachine;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  line = await LineProxy.open();
  world = new World({ origins: [line.origin] });
  await world.startHub();
  line.target = world.port;
  machine = new DesktopMachine();
  browser = await launchChromium();
  const viewport = { width: 1100, height: 700 };
  const context = await browser.newContext({ viewport, deviceScaleFactor: SCALE });
  page = await context.newPage();
});

afterAll(async () => {
  await browser?.close();
  machine?.close();
  line?.close();
  await world?.close();
});

/** Returns the colours in the middle of the left half and of the right half of the picture. */
function colours(): Promise<number[][]> {
  return page.evaluate((selector) => {
    const canvas = document.querySelector<HTMLCanvasElement>(selector);
    if (!canvas) return [];
    const pen = canvas.getContext('2d')!;
    return [0.25, 0.75].map((part) => {
      const pixel = pen.getImageData(Math.floor(canvas.width * part), canvas.height >> 1, 1, 1).data;
      return [...pixel].slice(0, 3);
    });
  }, CANVAS);
}

/** Returns the size of the element that shows the picture, in device pixels. */
function room(): Promise<{ width: number; height: number }> {
  return page.evaluate((selector) => {
    const { width, height } = document.querySelector(selector)!.parentElement!.getBoundingClientRect();
    return { width: Math.floor(width * devicePixelRatio), height: Math.floor(height * devicePixelRatio) };
  }, CANVAS);
}

test('without a machine, the desktop waits and says what to do', async () => {
  const token = await joinTokenOf(world.app);
  const { name } = await world.app.auth.owner('owner');
  await page.goto(await world.link(name, line.origin));
  await page.getByRole('link', { name: 'Desktop' }).click();
  await page.getByRole('button', { name: 'Start a desktop' }).click();
  await page.getByText('No connected machine offers desktops now.').waitFor();
  await machine.join(await world.user(name), world.url, token);
});

test('each phase is shown, and then the picture in the colours of the desktop', async () => {
  await expect.poll(() => machine.order?.desired).toBe('running');
  expect(machine.order?.scale).toBe(SCALE);
  await machine.say('booting');
  await page.locator('[aria-current="step"]', { hasText: 'Start display and browser' }).waitFor();
  machine.screen.paint(RED, BLUE);
  await machine.say('painting');
  await machine.say('running');
  await page.waitForSelector(CONNECTED);
  await expect.poll(colours).toEqual([RED, BLUE]);
});

test('the desktop has the size of the page in device pixels, also after it changed', async () => {
  for (const viewport of [
    { width: 1100, height: 700 },
    { width: 903, height: 611 },
  ]) {
    await page.setViewportSize(viewport);
    const size = () => ({ width: machine.screen.width, height: machine.screen.height });
    await expect.poll(async () => JSON.stringify(size()) === JSON.stringify(await room())).toBe(true);
    await expect.poll(colours).toEqual([RED, BLUE]);
  }
});

test('keys reach the desktop', async () => {
  await page.locator(CANVAS).click();
  await page.keyboard.type('ok');
  await expect.poll(() => machine.screen.typed.join('')).toBe('ok');
});

test('dead keys, AltGr, input methods and soft keyboards send what they mean', async () => {
  const { typed } = machine.screen;
  const keyboard = await DesktopKeyboard.of(page);
  const sends = async (type: Promise<void>, ...expected: string[]): Promise<void> => {
    await type;
    await expect.poll(() => [...typed]).toEqual(expected);
    typed.length = 0;
  };
  typed.length = 0;
  await sends(keyboard.german('Ü'), 'Ü');
  await sends(keyboard.german('é@ß'), 'é', '@', 'ß');
  await sends(keyboard.compose(['に', 'にほ', '日本'], '日本'), '日本');
  await sends(keyboard.compose(['g', 'go', '語'], '語'), '語');
  await sends(keyboard.corrected('teh', 'the'), 't', 'e', 'h', 'Backspace', 'Backspace', 'he');
  await sends(page.keyboard.press('Control+a'), 'Control', 'a');
  for (let i = 0; i < 40; i++) await sends(keyboard.german('ô'), 'ô');
});

test('a lost line resumes the same connection, with what was painted meanwhile', async () => {
  line.refuse();
  line.cut();
  await page.waitForSelector('[data-desktop="reconnecting"]');
  const { connections } = machine.screen;
  machine.screen.paint(GREEN, RED);
  await line.allow();
  await page.waitForSelector(CONNECTED);
  await expect.poll(colours).toEqual([GREEN, RED]);
  expect(machine.screen.connections).toBe(connections);
});

test('a phone opens its soft keyboard by a button, and has a row of keys', async () => {
  const { typed } = machine.screen;
  const { name } = await world.app.auth.owner('owner');
  const viewport = { width: 390, height: 760 };
  const phone = await browser.newContext({ viewport, hasTouch: true, isMobile: true });
  const small = await phone.newPage();
  await small.goto(await world.link(name, line.origin));
  await small.getByRole('link', { name: 'Desktop' }).click();
  await small.waitForSelector(CONNECTED);
  typed.length = 0;
  await small.locator(CANVAS).tap();
  const field = small.getByLabel(/Screen of the desktop/);
  const mode = () =>
    field.evaluate((it) => `${it === document.activeElement} ${it.getAttribute('inputmode')}`);
  expect(await mode()).toBe('true none');
  await small.getByRole('button', { name: 'Open the keyboard' }).tap();
  expect(await mode()).toBe('true text');
  await small.keyboard.insertText('hello');
  const control = small.getByRole('button', { name: 'Control' });
  await control.tap();
  expect(await control.getAttribute('aria-pressed')).toBe('true');
  await small.keyboard.insertText('c');
  await small.getByRole('button', { name: 'Left' }).tap();
  expect(await mode()).toBe('true text');
  await expect.poll(() => [...typed]).toEqual(['hello', 'Control', 'c', 'ArrowLeft']);
  expect(await control.getAttribute('aria-pressed')).toBe('false');
  await phone.close();
});

test('the end shows the receipt', async () => {
  await page.getByRole('button', { name: 'End the desktop' }).click();
  await page.getByRole('button', { name: 'End desktop' }).click();
  await page.getByRole('heading', { name: 'Your desktop is ending' }).waitFor();
  await expect.poll(() => machine.order?.desired).toBe('ended');
  await machine.say('ended');
  await page.getByRole('heading', { name: 'Your desktop has ended' }).waitFor();
  const receipt = page.locator('dl', { hasText: 'Cost' }).first();
  await receipt.waitFor();
  expect(await receipt.textContent()).toContain('120 vCPU-seconds');
});
