/** Unmodified VNC viewers work on /vnc: two versions of noVNC, and TigerVNC's viewer. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { RawClient } from '@unicore/agent/desktop/rfb';
import type { UniCore } from '@unicore/client/sdk';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWebSocketStream, WebSocket } from 'ws';
import { ROOT } from '../../lib/paths.ts';
import { launchChromium } from '../../testing/chromium.ts';
import { endDesktop, runningDesktop } from '../../testing/desktops.ts';
import { startWorld, type World } from '../../testing/world.ts';

const TEAL = 0x008080;
const RED = 0xff0000;
const page = (colour: string) => `data:text/html,<body bgcolor=${colour}>`;
/** Folders of the unmodified packages. */
const VIEWERS = { '1.7': 'node_modules/@novnc/novnc', '1.3': 'node_modules/novnc-1.3' } as const;
const html = (version: string) => `<!doctype html><body style="margin:0">
<div id=screen style="width:1280px;height:720px"></div>
<script type=module>
  import RFB from '/${version}/core/rfb.js';
  new RFB(document.getElementById('screen'), decodeURIComponent(location.hash.slice(1)));
</script>`;

let files: ReturnType<typeof createServer>;
let origin: string;
let world: World;
let owner: UniCore;
let sessionId: string;
let browser: Browser;

beforeAll(async () => {
  files = createServer(async ({ url = '/' }, response) => {
    const [, version = '', ...path] = normalize(url).split('/');
    const folder = VIEWERS[version as keyof typeof VIEWERS];
    const file = folder && path.length > 0 ? join(ROOT, folder, ...path) : undefined;
    const isScript = file !== undefined && extname(file) === '.js';
    response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? await readFile(file) : html(version));
  }).listen(0, '127.0.0.1');
  await once(files, 'listening');
  origin = `http://127.0.0.1:${(files.address() as AddressInfo).port}`;
  world = await startWorld({ origins: [origin] });
  owner = await world.owner();
  ({ sessionId } = await runningDesktop(owner));
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  await endDesktop(owner, sessionId);
  await world?.close();
  files.close();
});

/** Opens a page in the desktop's browser, as a program that waits until it has the controls. */
async function show(url: string): Promise<void> {
  await expect.poll(async () => (await owner.api.vnc.control.mutate({ sessionId })).holder).toBe(null);
  const { url: socket } = await owner.api.vnc.connect.mutate({ sessionId, to: 'cdp' });
  const program = await chromium.connectOverCDP(socket);
  await program.contexts()[0]!.pages()[0]!.goto(url);
  await program.close();
}

const screenUrl = async () => (await owner.api.vnc.connect.mutate({ sessionId, to: 'screen' })).url;

test.each(Object.keys(VIEWERS))(
  'noVNC %s shows the desktop, and its keys and pointer arrive',
  async (version) => {
    await show(page('teal'));
    const tab = await browser.newPage();
    await tab.goto(`${origin}/${version}/#${encodeURIComponent(await screenUrl())}`);
    const colour = () =>
      tab.evaluate(() => {
        const canvas = document.querySelector('canvas');
        const pixel = canvas
          ?.getContext('2d')
          ?.getImageData(canvas.width >> 2, canvas.height >> 1, 1, 1).data;
        return pixel === undefined ? undefined : (pixel[0]! << 16) | (pixel[1]! << 8) | pixel[2]!;
      });
    await expect.poll(colour).toBe(TEAL);
    await tab.mouse.click(640, 63);
    await tab.keyboard.press('Control+a');
    await tab.keyboard.type(page('red'));
    await tab.keyboard.press('Enter');
    await expect.poll(colour).toBe(RED);
    await tab.close();
  },
);

test('TigerVNC’s viewer shows the desktop through a bridge from TCP to the WebSocket', async () => {
  await show(page('teal'));
  const bridge: Server = createTcpServer(async (socket) => {
    const ws = new WebSocket(await screenUrl(), 'binary');
    const stream = createWebSocketStream(ws);
    socket.pipe(stream).pipe(socket);
    for (const end of [socket, stream]) end.on('error', () => {});
  }).listen(0, '127.0.0.1');
  await once(bridge, 'listening');
  const { port } = bridge.address() as AddressInfo;
  const folder = await mkdtemp(join(tmpdir(), 'unicore-viewer-'));
  const rfb = join(folder, 'rfb');
  const flags = ['-rfbport', '-1', '-nolisten', 'tcp', '-rfbunixpath', rfb, '-SecurityTypes', 'None'];
  const server = spawn('Xvnc', [...flags, '-geometry', '1400x900', '-depth', '24', '-displayfd', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const [display] = await once(server.stdio[3]!, 'data');
  const viewer = spawn('xtigervncviewer', [`127.0.0.1::${port}`, '-SecurityTypes', 'None'], {
    stdio: 'ignore',
    env: { ...process.env, DISPLAY: `:${String(display).trim()}`, HOME: folder },
  });
  try {
    const outer = await RawClient.connect(connect(rfb));
    await outer.until(() => outer.pixel(320, 400) === TEAL);
    outer.close();
  } finally {
    for (const child of [viewer, server]) {
      child.kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    bridge.close();
    await rm(folder, { recursive: true, force: true });
  }
});
