/** What a desktop's Chromium can't reach, tried with real servers in a network of the test's own. */
import { readlinkSync } from 'node:fs';
import { systemClock } from '@unicore/protocol';
import { chromium } from 'playwright-core';
import puppeteer from 'puppeteer-core';
import { expect, test } from 'vitest';
import { SharedBrowser } from '../cdp/index.ts';
import { Program, startBridge } from '../cdp/testing/index.ts';
import { Lease } from '../lease/index.ts';
import { ClosedNetwork, HeldDesktop, PUBLIC } from './testing/index.ts';

const FORBIDDEN = [
  ...['http://127.0.0.1/', 'http://localhost/', 'http://any.localhost/', 'http://loopback.example/'],
  ...[
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0.0.0.0/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
  ],
  ...['http://169.254.169.254/', 'http://[::ffff:a9fe:a9fe]/', 'http://metadata/', 'http://rebound.example/'],
  ...['http://metadata.google.internal/', 'http://10.9.9.9/', 'http://private.example/'],
  `http://${PUBLIC}/to?${encodeURIComponent('http://rebound.example/')}`,
  `http://${PUBLIC}/to?${encodeURIComponent('http://127.0.0.1/')}`,
];
const FILES = [
  'file:///etc/passwd',
  'view-source:file:///etc/passwd',
  'filesystem:file:///temporary/etc/passwd',
];

/** Pages with rights of the browser. A script in the first one can read any file. */
const PRIVILEGED = ['devtools://devtools/bundled/devtools_app.html', 'chrome://settings/'];

interface Page {
  go(url: string): Promise<{ errorText?: string }>;
  run(expression: string): Promise<unknown>;
  cdp(method: string, params?: object): Promise<Record<string, unknown>>;
}

/** Returns the page with this id. Without an id, returns the first page. */
async function pageOf(desktop: HeldDesktop, id?: unknown): Promise<Page> {
  const { targetInfos } = await desktop.cdp('Target.getTargets');
  const first = (targetInfos as { type: string; targetId: string }[]).find(({ type }) => type === 'page');
  const targetId = id ?? first?.targetId;
  const attached = await desktop.cdp('Target.attachToTarget', { targetId, flatten: true });
  const cdp = (method: string, params?: object) => desktop.cdp(method, params, String(attached.sessionId));
  return {
    cdp,
    go: (url) => cdp('Page.navigate', { url }),
    async run(expression) {
      const { result } = await cdp('Runtime.evaluate', {
        expression,
        awaitPromise: true,
        returnByValue: true,
      });
      return (result as { value?: unknown }).value;
    },
  };
}

/**
 * Opens a tab, and resolves when its first page is there. Chromium detaches a program that leads a tab elsewhere before
 * that: the tab's address is still empty then, and the policy for addresses of the browser itself also matches an empty one.
 */
async function openedTab(desktop: HeldDesktop, params: object = {}): Promise<Page> {
  const { targetId } = await desktop.cdp('Target.createTarget', { url: 'about:blank', ...params });
  const info = async () => (await desktop.cdp('Target.getTargetInfo', { targetId })).targetInfo;
  await expect.poll(info).not.toMatchObject({ title: '' });
  return pageOf(desktop, targetId);
}

test('Chromium reaches public servers, and neither loopback, metadata nor private ones', async () => {
  await using network = await ClosedNetwork.create();
  await using desktop = await HeldDesktop.start({ prefix: network.prefix });
  await desktop.reached('running');
  const page = await pageOf(desktop);
  // A public server can be reached.
  expect((await page.go('http://public.example/start')).errorText).toBeUndefined();
  expect(network.requests).toContain(`${PUBLIC} /start`);

  await page.cdp('Network.enable');
  await page.cdp('Network.setExtraHTTPHeaders', { headers: { 'Metadata-Flavor': 'Google' } });
  for (const url of FORBIDDEN) expect((await page.go(url)).errorText, url).toMatch(/^net::ERR_/);
  expect((await page.go(`http://${PUBLIC}/page`)).errorText).toBeUndefined();
  for (const url of FORBIDDEN) {
    const fetched = `fetch(${JSON.stringify(url)}, { headers: { 'Metadata-Flavor': 'Google' } })`;
    expect(await page.run(`${fetched}.then((r) => r.text(), () => 'refused')`), `fetch ${url}`).toBe(
      'refused',
    );
    expect(await page.run(events('new Image()', 'load', 'error', url)), `image ${url}`).toBe('error');
  }
  for (const url of ['ws://127.0.0.1/', 'ws://rebound.example/']) {
    expect(await page.run(events(`new WebSocket('${url}')`, 'open', 'error')), url).toBe('error');
  }
  const forbidden = network.requests.filter((request) => !request.startsWith(PUBLIC));
  expect(forbidden).toEqual([]);
});

test('the display, the window manager and the browser each have no network but their own', async () => {
  await using desktop = await HeldDesktop.start();
  await desktop.reached('running');
  const networkOf = (pid: number | string) => readlinkSync(`/proc/${pid}/ns/net`);
  const networks = new Set([networkOf('self')]);
  for (const name of ['Xvnc', 'openbox', 'chromium']) networks.add(networkOf(await desktop.pidOf(name)));
  expect(networks.size).toBe(4);
  expect(networkOf(desktop.pid)).toBe(networkOf('self'));
});

test('no page shows a file of the machine, opened by CDP, in a new tab or in a frame', async () => {
  await using desktop = await HeldDesktop.start();
  await desktop.reached('running');
  for (const url of FILES) {
    const page = await openedTab(desktop);
    expect((await page.go(url)).errorText, url).toBe('net::ERR_BLOCKED_BY_ADMINISTRATOR');
  }

  const tab = await openedTab(desktop, { url: 'file:///etc/passwd' });
  await expect.poll(() => tab.run('document.body?.innerText ?? ""')).toContain('blocked');
  expect(await tab.run('document.documentElement.innerText')).not.toContain('root:');

  const page = await openedTab(desktop);
  const { frameTree } = await page.cdp('Page.getFrameTree');
  const { id } = (frameTree as { frame: { id: string } }).frame;
  const load = page.cdp('Network.loadNetworkResource', {
    frameId: id,
    url: 'file:///etc/passwd',
    options: { disableCache: true, includeCredentials: false },
  });
  await expect(load).rejects.toThrow('Unsupported URL scheme');
});

/** A desktop whose browser is shared by programs. */
async function share(desktop: HeldDesktop): Promise<SharedBrowser> {
  await desktop.reached('running');
  const lease = new Lease({ clock: systemClock, now: Date.now });
  const folders = { downloads: `${desktop.folder}/Downloads`, uploads: `${desktop.folder}/Uploads` };
  const browser = new SharedBrowser({ clock: systemClock, lease, folders });
  void browser.attach(desktop.pipe());
  return browser;
}

/** Opens a page as a person may, and resolves when it shows this address. */
async function personOpens(browser: SharedBrowser, url: string): Promise<string> {
  const { targetId } = await browser.call('Target.createTarget', { url });
  const shown = async () => (await browser.call('Target.getTargetInfo', { targetId })).targetInfo;
  await expect.poll(shown).toMatchObject({ url: expect.stringContaining(url.replace('view-source:', '')) });
  return String(targetId);
}

test('no program gets into pages of the browser, whose scripts could read files of the machine', async () => {
  await using desktop = await HeldDesktop.start();
  const browser = await share(desktop);
  const program = new Program(browser);
  const web = await personOpens(browser, 'about:blank');
  const attach = (targetId: string) => program.ask('Target.attachToTarget', { targetId, flatten: true });
  const session = String((await attach(web)).result?.sessionId);
  for (const url of [...PRIVILEGED, ...PRIVILEGED.map((each) => `view-source:${each}`)]) {
    for (const refused of [
      await program.ask('Target.createTarget', { url }),
      await program.ask('Page.navigate', { url }, session),
    ])
      expect(refused.error?.message, url).toMatch(/^FORBIDDEN: .* leads into the browser itself/);
    const opened = await personOpens(browser, url);
    await expect
      .poll(async () => (await attach(opened)).error?.message, { message: url })
      .toBe('Not allowed');
  }

  const refused = await program.ask('Target.openDevTools', { targetId: web });
  expect(refused.error?.message).toMatch(/^FORBIDDEN: .* read files/);
  const { targetId: tools } = await browser.call('Target.openDevTools', { targetId: web });
  await expect.poll(async () => (await attach(String(tools))).error?.message).toBe('Not allowed');

  // Scripts of a program do not stay in a page that a person leads elsewhere.
  await program.ask('Page.enable', {}, session);
  await program.ask('Page.addScriptToEvaluateOnNewDocument', { source: 'document.title = "mine"' }, session);
  const person = await browser.call('Target.attachToTarget', { targetId: web, flatten: true });
  // The answer may not come, because the navigation ends this session. The next lines check where the page is.
  await browser.call('Page.navigate', { url: 'chrome://version' }, String(person.sessionId)).catch(() => {});
  await program.until(() => program.events('Target.detachedFromTarget').length > 0);
  const titles = async () => JSON.stringify(await browser.call('Target.getTargets'));
  await expect.poll(titles).toContain('About Version');
  expect(await titles()).not.toContain('"mine"');
  program.connection.close();
});

test('Playwright and Puppeteer work beside pages of the browser, and in a tab that a person has just opened', async () => {
  await using desktop = await HeldDesktop.start();
  const browser = await share(desktop);
  await using bridge = await startBridge(browser);
  for (const url of PRIVILEGED) await personOpens(browser, url);
  await browser.call('Target.createTarget', { url: 'chrome://newtab' });
  const a = await chromium.connectOverCDP(`${bridge.url}/a`);
  const c = await puppeteer.connect({ browserWSEndpoint: `${bridge.url}/c`, defaultViewport: null });
  const isNew = (url: string) => url.startsWith('chrome://new');
  const page = a
    .contexts()[0]
    ?.pages()
    .find((each) => isNew(each.url()));
  await page?.goto('data:text/html,<title>from a</title>');
  expect(await page?.title()).toBe('from a');
  const titles = async () => Promise.all((await c.pages()).map((each) => each.title()));
  expect(await titles()).toContain('from a');
  await c.disconnect();
  await a.close();
});

test('a browser context with settings of its own for the network has no other way out', async () => {
  await using network = await ClosedNetwork.create();
  await using desktop = await HeldDesktop.start({ prefix: network.prefix });
  await desktop.reached('running');
  const direct = { proxyServer: 'direct://', proxyBypassList: '*' };
  const { browserContextId } = await desktop.cdp('Target.createBrowserContext', direct);
  const page = await openedTab(desktop, { browserContextId });
  for (const url of ['http://169.254.169.254/', 'http://rebound.example/', `http://${PUBLIC}/`]) {
    expect((await page.go(url)).errorText, url).toMatch(/^net::ERR_/);
  }
  expect(network.requests).toEqual([]);
});

/** Returns an expression: creates a target in the page, and resolves with the name of its first event. */
function events(target: string, good: string, bad: string, url?: string): string {
  const start = url === undefined ? '' : `target.src = ${JSON.stringify(url)};`;
  return `new Promise((resolve) => {
    const target = ${target};
    for (const name of ['${good}', '${bad}']) target.addEventListener(name, () => resolve(name));
    ${start}
  })`;
}
