/** What a desktop's Chromium cannot reach, tried with real servers in a network namespace of the test. */
import { expect, test } from 'vitest';
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

test('no page shows a file of the machine, opened by CDP, in a new tab or in a frame', async () => {
  await using desktop = await HeldDesktop.start();
  await desktop.reached('running');
  const page = await pageOf(desktop);
  for (const url of FILES)
    expect((await page.go(url)).errorText, url).toBe('net::ERR_BLOCKED_BY_ADMINISTRATOR');

  const { targetId } = await desktop.cdp('Target.createTarget', { url: 'file:///etc/passwd' });
  const tab = await pageOf(desktop, targetId);
  await expect.poll(() => tab.run('document.body?.innerText ?? ""')).toContain('blocked');
  expect(await tab.run('document.documentElement.innerText')).not.toContain('root:');

  await page.go('about:blank');
  const { frameTree } = await page.cdp('Page.getFrameTree');
  const { id } = (frameTree as { frame: { id: string } }).frame;
  const load = page.cdp('Network.loadNetworkResource', {
    frameId: id,
    url: 'file:///etc/passwd',
    options: { disableCache: true, includeCredentials: false },
  });
  await expect(load).rejects.toThrow('Unsupported URL scheme');
});

test('a browser context with settings of its own for the network has no other way out', async () => {
  await using network = await ClosedNetwork.create();
  await using desktop = await HeldDesktop.start({ prefix: network.prefix });
  await desktop.reached('running');
  const direct = { proxyServer: 'direct://', proxyBypassList: '*' };
  const { browserContextId } = await desktop.cdp('Target.createBrowserContext', direct);
  const { targetId } = await desktop.cdp('Target.createTarget', { url: 'about:blank', browserContextId });
  const page = await pageOf(desktop, targetId);
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
