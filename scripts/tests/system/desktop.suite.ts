/**
 * The story of one desktop through the whole system: hub, agent, launcher, display and browser. The launchers
 * docker and process both run it.
 */
import { once } from 'node:events';
import type { RuntimeKind } from '@unicore/agent';
import { RawClient } from '@unicore/agent/desktop/rfb';
import type { UniCore } from '@unicore/client/sdk';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWebSocketStream, WebSocket } from 'ws';
import { endDesktop, inPhase } from '../../testing/desktops.ts';
import { startWorld, type World } from '../../testing/world.ts';

const TEAL = 0x008080;
const RED = 0xff0000;
const ADDRESS_BAR = [640, 63] as const;
const TEXT = '日本語'.repeat(100_000);
const page = (colour: string) => `data:text/html,<body bgcolor=${colour}>`;

export function desktopStory(runtime: RuntimeKind): void {
  let world: World;
  let owner: UniCore;
  let sessionId: string;

  beforeAll(async () => {
    world = await startWorld({ runtime });
    owner = await world.owner();
  });
  afterAll(() => world.close());

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
    const press = (keysym: number) => {
      viewer.key(keysym, true);
      viewer.key(keysym, false);
    };
    // A click goes to the browser's own window at once. A shortcut goes to the page first, and keys that follow
    // too soon would go there, too.
    viewer.pointer(...ADDRESS_BAR, 1);
    viewer.pointer(...ADDRESS_BAR, 0);
    for (const char of page('red')) press(char.charCodeAt(0));
    press(0xff0d);
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
    owner = await world.owner();
    await inPhase(owner, 'running');
    const viewer = await screen();
    await viewer.until(() => colour(viewer) === RED);
    viewer.close();
  });

  test('its end is proven, and leaves a receipt', async () => {
    const viewer = await screen();
    const ended = viewer.until(() => false).catch((error: unknown) => error);
    await endDesktop(owner, sessionId);
    await ended;
    const [receipt] = await vnc().receipts.query();
    expect(receipt).toMatchObject({ sessionId, launcher: runtime, reason: 'You ended it.' });
    expect(receipt!.cost).toBeGreaterThan(0);
    expect(receipt!.proof).toContain('gone');
  });
}
