/** Tests unmodified Playwright and Puppeteer on one real Chromium beside a person who may have the controls. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { RealDesktop } from './testing/real-desktop.ts';
import { VIEWER } from './testing/shared.ts';

let desktop: RealDesktop;
let input: NodeJS.Timeout | undefined;

/** The person takes the controls and gives input until the test ends, or until `rest`. */
function act(): void {
  desktop.lease.take(VIEWER);
  input = setInterval(() => desktop.lease.allow(VIEWER), 1_000);
}

function rest(): void {
  clearInterval(input);
  desktop.lease.leave(VIEWER);
}

beforeAll(async () => {
  desktop = await RealDesktop.start();
});
afterEach(async () => {
  await desktop.closePrograms();
  rest();
});
afterAll(() => desktop.stop());

test('while a person has the controls, programs connect, look and make screenshots, and do not act', async () => {
  act();
  const a = await desktop.playwright('a');
  const c = await desktop.puppeteer('c');
  expect((await a.page.screenshot()).length).toBeGreaterThan(100);
  expect((await c.page.screenshot()).length).toBeGreaterThan(100);
  expect(await a.page.evaluate('1 + 1')).toBe(2);
  await expect(a.page.goto(`${desktop.origin}/other`)).rejects.toThrow('CONTROL_HELD: Anna');
  await expect(c.page.goto(`${desktop.origin}/other`)).rejects.toThrow('CONTROL_HELD: Anna');
  await expect(a.browser.contexts()[0]?.newPage()).rejects.toThrow('CONTROL_HELD: Anna');
  await expect(c.page.keyboard.press('x')).rejects.toThrow('CONTROL_HELD: Anna');
  expect(a.page.url()).not.toContain('/other');
});

test('screenshots of a tab in the background are quick, and leave the tab in front where it is', async () => {
  const a = await desktop.playwright('a');
  await a.page.goto(desktop.origin);
  // A tab of the same window, as a person opens it.
  const opened = a.browser.contexts()[0]?.waitForEvent('page');
  await desktop.shared.call('Target.createTarget', { url: 'about:blank' });
  const front = await opened;
  await front?.bringToFront();
  await expect.poll(() => a.page.evaluate('document.visibilityState')).toBe('hidden');
  const c = await desktop.puppeteer('c');
  act();
  const behind = (await c.browser.pages()).find((page) => page.url().startsWith(desktop.origin));
  for (let turn = 0; turn < 4; turn++) {
    expect((await behind?.screenshot())?.length).toBeGreaterThan(100);
    expect((await a.page.screenshot()).length).toBeGreaterThan(100);
  }
  expect(await a.page.evaluate('document.visibilityState')).toBe('hidden');
  rest();
  await front?.close();
});

test('while a program acts, a person has no controls; the person takes over at once', async () => {
  const { page } = await desktop.playwright('a');
  const refused: string[] = [];
  const end = desktop.lease.subscribe(({ holder }) => {
    if (holder?.kind === 'program' && !desktop.lease.allow(VIEWER)) refused.push(holder.name);
  });
  await page.goto(desktop.origin);
  end();
  expect(refused).toEqual(['a']);
  act();
  await expect(page.goto(`${desktop.origin}/other`)).rejects.toThrow('CONTROL_HELD: Anna');
});

test('an action of Playwright waits until the controls are free', async () => {
  const { page } = await desktop.playwright('a');
  await page.goto(desktop.origin);
  desktop.lease.take(VIEWER);
  const filled = page.fill('#name', 'later');
  await new Promise<void>((resolve) => {
    const end = desktop.lease.subscribe(({ holder }) => {
      if (holder?.kind !== 'program') return;
      end();
      resolve();
    });
  });
  await filled;
  expect(await page.inputValue('#name')).toBe('later');
});

test('a page in the background does not believe that it has the focus', async () => {
  const { browser, page } = await desktop.playwright('a');
  await page.goto(desktop.origin);
  const front = await browser.contexts()[0]?.newPage();
  await front?.bringToFront();
  expect(await page.evaluate('document.hasFocus()')).toBe(false);
  await page.fill('#name', 'behind');
  expect(await page.inputValue('#name')).toBe('behind');
  await front?.close();
});
