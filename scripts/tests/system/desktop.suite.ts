/**
 * The story of one desktop through the whole system: hub, agent, launcher, display and browser. The launchers
 * docker and process both run it.
 */
import { once } from 'node:events';
import { join } from 'node:path';
import type { RuntimeKind } from '@unicore/agent';
import { RawClient } from '@unicore/agent/desktop/rfb';
import type { UniCore } from '@unicore/client/sdk';
import { RedisServer } from '@unicore/server/testing/redis';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWebSocketStream, WebSocket } from 'ws';
import { DesktopHost } from '../../testing/desktop-host.ts';
import { endDesktop, inPhase } from '../../testing/desktops.ts';
import { LeakAudit } from '../../testing/leaks/audit.ts';
import { engine } from '../../testing/leaks/engine.ts';
import { redisKeys, rows } from '../../testing/leaks/hub.ts';
import { keeperRuns, machine } from '../../testing/leaks/machine.ts';
import { socketStream } from '../../testing/socket-stream.ts';
import { startWorld, type World } from '../../testing/world.ts';

const TEAL = 0x008080;
const RED = 0xff0000;
const CTRL = 0xffe3;
const TEXT = '日本語'.repeat(100_000);
const page = (colour: string) => `data:text/html,<body bgcolor=${colour}>`;

/** Addresses of a loopback and of a metadata server, in many spellings. */
const LOOPBACK = [
  ...['127.0.0.1', 'localhost', 'any.localhost', '127.1', '2130706433', '0x7f.1', '0177.0.0.1', '0.0.0.0'],
  ...['[::1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]'],
];
const METADATA = ['metadata.google.internal', '169.254.169.254', '[::ffff:a9fe:a9fe]', '2852039166'];
const FILES = ['file:///etc/passwd', 'view-source:file:///etc/passwd'];
const SHOP = 'http://shop.example/';
/** Tries to read each address from the page, from a worker, as a picture and by a WebSocket. */
const TRY_ALL = `async (addresses) => {
  const first = (target, good) => new Promise((done) => {
    target['on' + good] = () => done('reached');
    target.onerror = () => done('refused');
  });
  const reading = (url) => \`fetch(\${JSON.stringify(url)}).then((answer) => answer.text())\`;
  const inWorker = (url) => new Promise((done) => {
    const code = reading(url) + ".then(() => postMessage('reached'), () => postMessage('refused'))";
    const worker = new Worker(URL.createObjectURL(new Blob([code])));
    worker.onmessage = ({ data }) => done(data);
  });
  return Promise.all(addresses.map((url) => Promise.all([
    (0, eval)(reading(url)).then(() => 'reached', () => 'refused'),
    inWorker(url),
    first(Object.assign(new Image(), { src: url }), 'load'),
    first(new WebSocket(url.replace('http', 'ws')), 'open'),
  ])));
}`;

/** Types an address into the address bar. */
function enter(viewer: RawClient, address: string): void {
  const press = (keysym: number) => {
    viewer.key(keysym, true);
    viewer.key(keysym, false);
  };
  viewer.key(CTRL, true);
  press('l'.charCodeAt(0));
  viewer.key(CTRL, false);
  for (const char of address) press(char.charCodeAt(0));
  press(0xff0d);
}

/** Kinds of things that there are while a desktop of this launcher lives, and not before. */
const KINDS: Record<RuntimeKind, string[]> = {
  docker: ['container', 'process', 'row', 'key'],
  process: ['process', 'socket', 'file', 'row', 'key'],
};

export function desktopStory(runtime: RuntimeKind): void {
  let redis: RedisServer;
  let world: World;
  let owner: UniCore;
  let sessionId: string;
  let audit: LeakAudit;

  beforeAll(async () => {
    redis = await RedisServer.start();
    world = await startWorld({ runtime, redis: redis.url });
    owner = await world.owner();
    const { folder } = world;
    await keeperRuns(join(folder, 'agent'));
    // An agent that stops saves all that it knows. So it does during this story.
    await world.stopAgent();
    await world.startAgent();
    const ofLauncher = runtime === 'docker' ? [engine] : [];
    audit = await LeakAudit.begin(folder, ...ofLauncher, machine, rows(folder), redisKeys(redis));
  });
  afterAll(async () => {
    await world?.close();
    await redis?.stop();
  });

  const vnc = () => owner.api.vnc;
  const phase = async () => (await vnc().session.mutate()).phase;

  /** Opens the screen by the raw path, as any VNC client does. */
  async function screen(): Promise<RawClient> {
    const { url } = await vnc().connect.mutate({ sessionId, to: 'screen' });
    const ws = new WebSocket(url, 'binary');
    await once(ws, 'open');
    return RawClient.connect(createWebSocketStream(ws));
  }

  const colour = (client: RawClient) => client.pixel(client.width >> 2, client.height >> 1);

  test('the owner gets a desktop, and the same one again while it lives', async () => {
    const first = await vnc().session.mutate();
    sessionId = first.sessionId;
    expect(first).toMatchObject({ status: 'starting', launcher: runtime, cost: 0 });
    await inPhase(owner, 'running');
    audit.follow(sessionId);
    expect(await audit.kinds()).toEqual(expect.arrayContaining(KINDS[runtime]));
    const again = await vnc().session.mutate();
    expect([again.sessionId, again.isolation]).toEqual([sessionId, 'sandboxed']);
  });

  test('a program drives the browser through the hub, and a viewer sees what it does', async () => {
    const viewer = await screen();
    const { url } = await vnc().connect.mutate({ sessionId, to: 'cdp' });
    const browser = await chromium.connectOverCDP(url);
    const [tab] = browser.contexts()[0]!.pages();
    await tab!.goto(page('teal'));
    await viewer.until(() => colour(viewer) === TEAL);
    await browser.close();
    viewer.close();
    expect(await phase()).toBe('running');
  });

  test('a program is told how it is called, takes the controls by that name, and hears that it has them', async () => {
    const { url } = await vnc().connect.mutate({ sessionId, to: 'cdp' });
    const told: { you: boolean; yourId: string }[] = [];
    const socket = new WebSocket(url);
    socket.onmessage = ({ data }) => {
      const { method, params } = JSON.parse(String(data));
      if (method === 'UniCore.controlChanged') told.push(params);
    };
    await expect.poll(() => told.length).toBe(1);
    const [{ yourId: holder } = { yourId: '' }] = told;
    const control = await vnc().control.mutate({ sessionId, take: true, holder });
    expect(control.holder).toMatchObject({ kind: 'program', id: holder });
    await expect.poll(() => told.at(-1)?.you).toBe(true);
    await vnc().control.mutate({ sessionId, take: true });
    await expect.poll(() => told.at(-1)?.you).toBe(false);
    socket.close();
  });

  test('files go into the desktop and out of it, and their list is told', async () => {
    const downloaded = Promise.withResolvers<void>();
    const desktop = owner.desktop(sessionId, {
      files: ({ downloads }) => downloads.length > 0 && downloaded.resolve(),
    });
    expect(await desktop.upload(new File([TEXT], 'größe.txt'))).toBe('größe.txt');
    const [file] = (await desktop.files()).uploads;
    expect(file).toMatchObject({ name: 'größe.txt', size: Buffer.byteLength(TEXT) });
    const { url } = await vnc().connect.mutate({ sessionId, to: 'cdp' });
    const browser = await chromium.connectOverCDP(url);
    const [tab] = browser.contexts()[0]!.pages();
    await tab!.evaluate(`{
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([${JSON.stringify(TEXT)}]));
      link.download = 'text.txt';
      link.click();
    }`);
    await downloaded.promise;
    const [{ name } = { name: '' }] = (await desktop.files()).downloads;
    const { stream } = await desktop.download(name);
    expect((await new Response(stream).text()) === TEXT).toBe(true);
    await browser.close();
    desktop.close();
  });

  test('a person types into the address bar, and takes the controls from programs', async () => {
    const viewer = await screen();
    const controls = await vnc().control.mutate({ sessionId, take: true });
    expect(controls.holder?.kind).toBe('viewer');
    await viewer.until(() => colour(viewer) === TEAL);
    enter(viewer, page('red'));
    await viewer.until(() => colour(viewer) === RED);
    viewer.close();
  });

  test('a picture of the desktop is a PNG of its whole size', async () => {
    const { png, width, height } = await vnc().screenshot.query({ sessionId });
    const bytes = Buffer.from(png, 'base64');
    expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([width, height]);
    expect([width, height]).toEqual([1280, 720]);
  });

  test('a desktop outlives its hub and its agent', async () => {
    await world.stopAgent();
    await world.stopHub();
    await world.startHub();
    await world.startAgent();
    await inPhase(owner, 'running');
    // A channel of the SDK waits until the agent has found the desktop again. A raw socket would be refused before.
    const viewer = await RawClient.connect(socketStream(owner.openDesktop(sessionId)));
    await viewer.until(() => colour(viewer) === RED);
    viewer.close();
  });

  test('nothing of it listens, and no other user of the machine opens its display', async () => {
    const host = new DesktopHost(sessionId);
    expect(await host.listening()).toEqual([]);
    expect(await host.openDisplay()).toMatch(/^(0|EACCES)$/);
  });

  test('a program reaches no loopback server, no metadata and no file, with any spelling and header', async () => {
    const host = new DesktopHost(sessionId);
    await using servers = await host.serve();
    const { url } = await vnc().connect.mutate({ sessionId, to: 'cdp' });
    const browser = await chromium.connectOverCDP(url);
    const [context] = browser.contexts();
    const [tab] = context!.pages();
    await context!.setExtraHTTPHeaders({ 'Metadata-Flavor': 'Google' });
    const hosts = [...LOOPBACK, ...(host.ownNetwork ? METADATA : [])];
    const forbidden = hosts.map((name) => `http://${name}:${servers.port}/`);
    await context!.route(`${SHOP}**`, (route) => {
      const to = new URL(route.request().url()).searchParams.get('to');
      return to === null
        ? route.fulfill({ contentType: 'text/html', body: 'the shop' })
        : route.fulfill({ status: 302, headers: { location: to } });
    });
    const redirects = forbidden.map((to) => `${SHOP}?to=${encodeURIComponent(to)}`);
    for (const address of [...forbidden, ...redirects, ...FILES])
      await expect(tab!.goto(address), address).rejects.toThrow('net::ERR_');
    // The error page of the last address may come late, and then interrupts this.
    await expect.poll(() => tab!.goto(SHOP).then(() => tab!.url(), String)).toBe(SHOP);
    const tried = await tab!.evaluate(`(${TRY_ALL})(${JSON.stringify(forbidden)})`);
    expect(tried).toEqual(forbidden.map(() => ['refused', 'refused', 'refused', 'refused']));

    const cdp = await context!.newCDPSession(tab!);
    await cdp.send('Page.enable');
    const viewer = await screen();
    for (const address of [forbidden.at(-1)!, forbidden[0]!, FILES[0]!]) {
      const failed = new Promise<string | undefined>((resolve) => {
        cdp.once('Page.frameNavigated', ({ frame }) => resolve(frame.unreachableUrl));
      });
      await vnc().control.mutate({ sessionId, take: true });
      enter(viewer, address);
      expect(await failed).toBe(new URL(address).href);
    }
    viewer.close();
    await browser.close();
    expect(servers.requests).toEqual([]);
  });

  test('its end is proven, and leaves a receipt', async () => {
    const viewer = await screen();
    const ended = viewer.until(() => false).catch((error: unknown) => error);
    const [, link = ''] = (await vnc().share.mutate({ sessionId })).url.split('#');
    await endDesktop(owner, sessionId);
    await ended;
    const guest = vnc().guest.mutate({ sessionId, token: link.replace(`${sessionId}.`, '') });
    await expect(guest).rejects.toMatchObject({ data: { code: 'SESSION_ENDED' } });
    const [receipt] = await vnc().receipts.query();
    expect(receipt).toMatchObject({ sessionId, launcher: runtime, reason: 'You ended it.' });
    expect(receipt!.cost).toBeGreaterThan(0);
    expect(receipt!.proof).toContain('gone');
  });

  test('no process, file, socket, container, token or key more is left than there was before', async () => {
    await expect.poll(() => audit.more()).toEqual([]);
  });
}
