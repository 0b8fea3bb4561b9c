/** Tests of the rules for single commands. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Params } from './contract.ts';
import { REFUSED_METHODS } from './index.ts';
import { judge, type RuleContext } from './rules.ts';

const context: RuleContext = {
  folders: { downloads: '/home/u/Downloads', uploads: '/home/u/Uploads' },
  ownContexts: new Set(['MINE']),
  heldByOther: () => false,
};
const pass = (params: Params) => ({ kind: 'pass', params });

test('every refused method is refused with its reason', () => {
  for (const [pattern, reason] of Object.entries(REFUSED_METHODS)) {
    for (const method of [pattern.replace('*', ''), pattern.replace('*', 'Anything')]) {
      expect(judge(method, {}, context)).toEqual({ kind: 'refused', reason });
    }
  }
});

test('methods with a similar name pass unchanged', () => {
  for (const method of [
    'Browser.getVersion',
    'XBrowser.crash',
    'BrowserXcrash',
    'Page.crash',
    'toString',
    '',
  ]) {
    expect(judge(method, { a: 1 }, context)).toEqual(pass({ a: 1 }));
  }
});

test('focus emulation is answered and not carried out', () => {
  expect(judge('Emulation.setFocusEmulationEnabled', { enabled: true }, context)).toEqual({ kind: 'done' });
});

test('a page is brought to the front only if nobody else has the controls', () => {
  expect(judge('Page.bringToFront', {}, context)).toEqual(pass({}));
  expect(judge('Page.bringToFront', {}, { ...context, heldByOther: () => true })).toEqual({ kind: 'done' });
});

test('a page of a program is a window, unless the program wants a tab', () => {
  const create = (params: Params) => judge('Target.createTarget', params, context);
  expect(create({ url: 'about:blank' })).toEqual(pass({ url: 'about:blank', newWindow: true }));
  expect(create({ newWindow: false })).toEqual(pass({ newWindow: false }));
});

test('programs open addresses of the web, and neither pages of the browser nor programs of the machine', () => {
  const judged = (url: unknown) => [
    judge('Page.navigate', { url }, context).kind,
    judge('Target.createTarget', { url }, context).kind,
  ];
  const good = [
    'http://x/',
    'HTTPS://x',
    'about:blank',
    'data:,x',
    'blob:null/1',
    'javascript:1',
    'x.org',
    '',
  ];
  // Chromium's policy answers these.
  const files = ['file:///etc/passwd', 'view-source:file:///etc/passwd', 'view-source:http://x/'];
  for (const url of [...good, ...files, undefined])
    expect(judged(url), String(url)).toEqual(['pass', 'pass']);
  for (const url of [
    'devtools://devtools/bundled/devtools_app.html',
    'chrome://settings',
    'chrome-untrusted://x',
    'chrome-extension://x/',
    'view-source:chrome://settings',
    'View-Source:view-source:devtools://x',
    ' devtools://x',
    'DevTools://x',
    'dev\ttools://x',
    '\0chrome://x',
    'mailto:x',
  ])
    expect(judged(url), url).toEqual(['refused', 'refused']);
});

test('downloads stay in the folder of the desktop, and their events are kept', () => {
  const asked = { behavior: 'allowAndName', downloadPath: '/etc', eventsEnabled: true };
  for (const method of ['Browser.setDownloadBehavior', 'Page.setDownloadBehavior']) {
    expect(judge(method, asked, context)).toEqual(pass({ behavior: 'default', eventsEnabled: true }));
  }
});

test('a program denies downloads only in contexts of its own', () => {
  const behaviour = (params: Params) => judge('Browser.setDownloadBehavior', params, context);
  expect(behaviour({ behavior: 'deny', browserContextId: 'MINE' })).toMatchObject(
    pass({ behavior: 'deny', browserContextId: 'MINE' }),
  );
  expect(behaviour({ behavior: 'deny', browserContextId: 'X' })).toMatchObject(pass({ behavior: 'default' }));
  expect(behaviour({ behavior: 'deny' })).toMatchObject(pass({ behavior: 'default' }));
});

test('a context ends with its program, has no network of its own, and only its program disposes of it', () => {
  expect(judge('Target.createBrowserContext', {}, context)).toEqual(pass({ disposeOnDetach: true }));
  for (const params of [{ proxyServer: 'x:1' }, { originsWithUniversalNetworkAccess: ['http://x'] }]) {
    expect(judge('Target.createBrowserContext', params, context).kind).toBe('refused');
  }
  const dispose = (params: Params) => judge('Target.disposeBrowserContext', params, context).kind;
  expect(dispose({ browserContextId: 'MINE' })).toBe('pass');
  expect(dispose({ browserContextId: 'X' })).toBe('refused');
  expect(dispose({})).toBe('refused');
});

test('a program cannot change the address of a request after the policy was asked', () => {
  const params = { requestId: '1', headers: [] };
  expect(judge('Fetch.continueRequest', params, context)).toEqual(pass(params));
  expect(judge('Fetch.continueRequest', { ...params, url: 'http://x/' }, context).kind).toBe('refused');
});

test('a program cannot grant pages the local network', () => {
  const grant = (...permissions: string[]) =>
    judge('Browser.grantPermissions', { permissions }, context).kind;
  const set = (name: string) => judge('Browser.setPermission', { permission: { name } }, context).kind;
  expect(grant('geolocation', 'notifications')).toBe('pass');
  expect(set('geolocation')).toBe('pass');
  for (const name of ['localNetworkAccess', 'localNetwork', 'loopbackNetwork']) {
    expect(grant('geolocation', name)).toBe('refused');
  }
  for (const name of ['local-network-access', 'local-network', 'loopback-network'])
    expect(set(name)).toBe('refused');
  expect(judge('Browser.setPermission', {}, context).kind).toBe('pass');
});

test('a trace cannot be configured to write a file', () => {
  expect(judge('Tracing.start', { traceConfig: {} }, context).kind).toBe('pass');
  expect(judge('Tracing.start', { perfettoConfig: 'AA==' }, context).kind).toBe('refused');
});

test('programs give pages only files below uploads and downloads', async () => {
  const home = await mkdtemp(join(tmpdir(), 'unicore-folders-'));
  onTestFinished(() => rm(home, { recursive: true }));
  const folders = { downloads: join(home, 'Downloads'), uploads: join(home, 'Uploads') };
  await mkdir(join(folders.uploads, 'deep'), { recursive: true });
  await mkdir(folders.downloads);
  const good = [join(folders.uploads, 'deep', 'a'), join(folders.downloads, '..b')];
  for (const file of [...good, join(home, 'secret'), join(home, 'Uploads2')]) await writeFile(file, '');
  await symlink(join(home, 'secret'), join(folders.uploads, 'link'));
  const judged = (files: unknown) => [
    judge('DOM.setFileInputFiles', { files }, { ...context, folders }).kind,
    judge('Input.dispatchDragEvent', { data: { files } }, { ...context, folders }).kind,
  ];
  expect(judged(good)).toEqual(['pass', 'pass']);
  expect(judged([])).toEqual(['pass', 'pass']);
  const outside = ['secret', 'Uploads2', 'Uploads', 'Uploads/../secret', 'Uploads/link', 'Uploads/missing'];
  const bad = [
    ...outside.map((name) => `${home}/${name}`),
    '/etc/passwd',
    'Uploads/deep/a',
    '',
    'a\0b',
    null,
    3,
    {},
  ];
  for (const file of bad) expect(judged([good[0], file]), String(file)).toEqual(['refused', 'refused']);
  expect(judged('/etc/passwd')).toEqual(['refused', 'refused']);
  expect(judged(null)).toEqual(['refused', 'refused']);
});

test('a drag without files passes', () => {
  for (const params of [{}, { data: {} }, { data: null }, { data: 'x' }]) {
    expect(judge('Input.dispatchDragEvent', params, context)).toEqual(pass(params));
  }
});
