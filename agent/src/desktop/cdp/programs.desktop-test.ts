/** Tests unmodified Playwright and Puppeteer on one real Chromium. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { MAX_BYTES, RealDesktop } from './testing/real-desktop.ts';

let desktop: RealDesktop;
beforeAll(async () => {
  desktop = await RealDesktop.start();
});
afterEach(() => desktop.closePrograms());
afterAll(() => desktop.stop());

test('two Playwright programs and one Puppeteer drive the same page; one leaves, the others go on', async () => {
  const a = await desktop.playwright('a');
  const b = await desktop.playwright('b');
  const c = await desktop.puppeteer('c');
  await a.page.goto(desktop.origin);
  await a.page.fill('#name', 'Anna');
  expect(await b.page.inputValue('#name')).toBe('Anna');
  expect(await c.page.$eval('input#name', ({ value }) => value)).toBe('Anna');
  await a.browser.close();
  // The controls of a program that has left are free at once, so these actions do not wait.
  await b.page.selectOption('#size', 'large');
  await b.page.fill('#name', 'Ben');
  expect(await c.page.$eval('select#size', ({ value }) => value)).toBe('large');
  await b.browser.close();
  await c.page.locator('button').click();
  await expect.poll(() => c.page.title()).toBe('sent Ben');
});

test('programs act in turns in pages of their own, also in one that is not in front', async () => {
  const free = () => {
    const { holder } = desktop.lease.control;
    if (holder) desktop.lease.leave(holder);
  };
  const pages = [];
  for (const name of ['a', 'b']) {
    const { browser } = await desktop.playwright(name);
    const page = await browser.contexts()[0]?.newPage();
    await page?.goto(desktop.origin);
    pages.push(page);
    free();
  }
  for (const page of pages) {
    await page?.click('button');
    expect(await page?.title()).toBe('sent');
    free();
  }
  for (const page of pages) {
    await page?.close();
    free();
  }
});

test('a program types into a frame of another origin', async () => {
  const { page } = await desktop.playwright('a');
  await page.goto(desktop.origin);
  const card = page.frameLocator('iframe').locator('#card');
  await card.fill('4711');
  await card.press('8');
  expect(await card.inputValue()).toBe('47118');
});

test('downloads have their own names, numbered, and only programs that asked hear of them', async () => {
  const { page } = await desktop.playwright('a');
  const other = desktop.program();
  await page.goto(desktop.origin);
  for (const name of ['report.txt', 'report (1).txt']) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#report')]);
    expect(download.suggestedFilename()).toBe('report.txt');
    expect(await download.failure()).toBeNull();
    expect(await readFile(join(desktop.real.folders.downloads, name), 'utf8')).toBe('the report');
  }
  expect(await readdir(desktop.real.folders.downloads)).toHaveLength(2);
  await other.ask('Browser.getVersion');
  expect(other.received.filter(({ method }) => method?.startsWith('Browser.'))).toEqual([]);
});

test('Playwright uploads a file of its own machine, and Puppeteer one of the desktop', async () => {
  const a = await desktop.playwright('a');
  await a.page.goto(desktop.origin);
  await a.page.setInputFiles('#file', { name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('of a') });
  const read = () =>
    a.page.evaluate(() => document.querySelector<HTMLInputElement>('#file')?.files?.[0]?.text());
  expect(await read()).toBe('of a');
  await a.browser.close();
  const b = await desktop.playwright('b');
  const c = await desktop.puppeteer('c');
  const upload = join(desktop.real.folders.uploads, 'c.txt');
  await writeFile(upload, 'of c');
  const input = await c.page.$('input[type=file]');
  await input?.uploadFile(upload);
  expect(
    await b.page.evaluate(() => document.querySelector<HTMLInputElement>('#file')?.files?.[0]?.text()),
  ).toBe('of c');
  await expect(input?.uploadFile('/etc/hostname')).rejects.toThrow('FORBIDDEN: DOM.setFileInputFiles');
});

test('the browser lives on after every kind of close', async () => {
  const a = await desktop.playwright('a');
  const c = await desktop.puppeteer('c');
  await a.browser.close();
  await c.browser.close();
  const d = desktop.program();
  expect((await d.ask('Browser.close')).result).toEqual({});
  expect(d.closed?.code).toBe('OK');
  const e = await desktop.playwright('e');
  expect(await e.page.evaluate('2 + 2')).toBe(4);
  expect(desktop.real.process.exitCode).toBeNull();
});

test('a context of a program is a window that goes with the program', async () => {
  const targets = async () => JSON.stringify(await desktop.shared.call('Target.getTargets'));
  const a = await desktop.playwright('a');
  const context = await a.browser.newContext();
  const page = await context.newPage();
  await page.goto(`${desktop.origin}/private`);
  expect(await page.evaluate('[innerWidth, innerHeight]')).toEqual([1280, 720]);
  const c = await desktop.puppeteer('c');
  const hidden = await c.browser.createBrowserContext();
  expect(await targets()).toContain('/private');
  await a.browser.close();
  await expect.poll(targets).not.toContain('/private');
  await c.browser.disconnect();
  await expect
    .poll(async () => JSON.stringify(await desktop.shared.call('Target.getBrowserContexts')))
    .not.toContain(hidden.id);
});

test('what a program left behind is gone with it: bindings, emulations, child sessions', async () => {
  const d = desktop.program();
  const { result } = await d.ask('Target.getTargets');
  const infos = result?.targetInfos as { type: string; targetId: string }[];
  const targetId = infos.find(({ type }) => type === 'page')?.targetId;
  const attached = await d.ask('Target.attachToTarget', { targetId, flatten: true });
  const session = String(attached.result?.sessionId);
  await d.ask(
    'Emulation.setDeviceMetricsOverride',
    { width: 333, height: 444, deviceScaleFactor: 1, mobile: false },
    session,
  );
  const a = await desktop.playwright('a');
  expect(await a.page.evaluate('innerWidth')).toBe(333);
  d.connection.close();
  await expect.poll(() => a.page.evaluate('innerWidth')).not.toBe(333);
});

test('a page that one program keeps waiting opens for all others', async () => {
  const stuck = desktop.program();
  await stuck.ask('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: true });
  const { browser } = await desktop.playwright('a');
  const page = await browser.contexts()[0]?.newPage();
  await page?.goto(`${desktop.origin}/new`);
  expect(await page?.title()).toBe('Order');
  await page?.close();
});

test('a message that is too large costs only the program that it is for', async () => {
  const a = await desktop.playwright('a');
  const b = await desktop.playwright('b');
  const c = await desktop.playwright('c');
  const large = `'x'.repeat(${MAX_BYTES})`;
  const raw = await a.page.context().newCDPSession(a.page);
  const evaluated = raw.send('Runtime.evaluate', { expression: large, returnByValue: true });
  await expect(evaluated).rejects.toThrow('TOO_LARGE');
  expect(await a.page.evaluate('1 + 1')).toBe(2);
  const cdp = await b.page.context().newCDPSession(b.page);
  const closed = new Promise((resolve) => b.browser.once('disconnected', resolve));
  await cdp.send('Runtime.enable');
  // Only this program has the binding, so only it gets the event.
  await cdp.send('Runtime.addBinding', { name: 'large' });
  await Promise.all([closed, c.page.evaluate(`void large(${large})`)]);
  expect(await c.page.evaluate('1 + 1')).toBe(2);
});

test('programs are told when the browser crashes, and connect to the next one', async () => {
  const a = await desktop.playwright('a');
  const closed = new Promise((resolve) => a.browser.once('disconnected', resolve));
  desktop.real.process.kill('SIGKILL');
  await closed;
  expect(() => desktop.program()).toThrow('The browser is starting');
  desktop.real.restart();
  void desktop.shared.attach(desktop.real.pipe);
  await desktop.shared.call('Browser.getVersion');
  const b = await desktop.playwright('b');
  await b.page.goto(desktop.origin);
  expect(await b.page.title()).toBe('Order');
});
