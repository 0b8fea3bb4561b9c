/** Tests the interposer and the small client with a real Xvnc and real X programs. */
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RawClient } from './index.ts';
import {
  ALL,
  fence,
  handshakeOfViewer,
  pixelFormat,
  setEncodings,
  setPixelFormat,
  u16,
  Xvnc,
} from './testing/index.ts';

const NO_CLIPBOARD = { ...ALL, clipboardToDesktop: false, clipboardFromDesktop: false };
/** Pixel formats: 32 bits with short and with long pixels in the Tight encoding, 16 bits, 8 bits. */
const FORMATS = [pixelFormat(32), pixelFormat(32, 30), pixelFormat(16), pixelFormat(8)];
const ENCODINGS = { 'Tight with JPEG': [7, -26], 'Tight without JPEG': [7, -254], ZRLE: [16], Raw: [0] };
/** CopyRect, cursors, sizes, keys, fences, continuous updates and the extended clipboard. */
const EXTENSIONS = [1, -223, -224, -239, -258, -261, -307, -308, -312, -313, -316, 0xc0a1e5ce];
const WHOLE = Buffer.concat([u16(0), u16(0), u16(640), u16(480)]);
const UPDATE_REQUEST = Buffer.concat([Buffer.from([3, 0]), WHOLE]);
/** Number of changes of the pixel format while the screen is busy. */
const TURNS = 12;
/** Number of bytes after which the pixel format changes. */
const BYTES_PER_TURN = 30_000;

let xvnc: Xvnc;
beforeEach(async () => {
  xvnc = await Xvnc.start();
});
afterEach(() => xvnc.stop());

test('the client sees the colour of the desktop at all its corners, and at a new size', async () => {
  const client = await RawClient.connect(xvnc.view().viewer);
  await xvnc.run('xsetroot', '-solid', '#204060');
  const isPainted = () =>
    [0, client.width >> 1, client.width - 1].every((x) =>
      [0, 100, client.height - 1].every((y) => client.pixel(x, y) === 0x204060),
    );
  await client.until(isPainted);
  client.resize(801, 601);
  await client.until(() => client.width === 801 && client.height === 601 && isPainted());
  client.close();
});

test('a view-only viewer can neither type nor resize, and keys that are held are let go', async () => {
  const keys: string[] = [];
  let isShown = false;
  xvnc.start('xev', ['-geometry', '640x480+0+0', '-event', 'keyboard', '-event', 'structure'], (line) => {
    isShown ||= line.startsWith('MapNotify');
    const symbol = /keysym 0x[0-9a-f]+, (\w+)\)/.exec(line)?.[1];
    if (symbol !== undefined) keys.push(symbol);
  });
  await expect.poll(() => isShown).toBe(true);
  const watching = xvnc.view({ rights: { ...ALL, canControl: false } });
  const watcher = await RawClient.connect(watching.viewer);
  const controlling = xvnc.view();
  const client = await RawClient.connect(controlling.viewer);
  client.pointer(100, 100, 0);
  watcher.key(0x62, true);
  watcher.resize(700, 500);
  // The callback runs when the interposer has read everything up to this message.
  await new Promise((resolve) => watching.viewer.write(UPDATE_REQUEST, resolve));
  client.key(0x63, true);
  await expect.poll(() => keys.length === 1).toBe(true);
  await expect.poll(() => controlling.interposer.heldKeys.length === 1).toBe(true);
  controlling.send(controlling.interposer.release());
  await expect.poll(() => keys.length === 2).toBe(true);
  expect(keys).toEqual(['c', 'c']);
  expect([watcher.width, watcher.height]).toEqual([640, 480]);
});

test('the clipboard of the desktop reaches only viewers with the right', async () => {
  const [seen, unseen]: [string[], string[]] = [[], []];
  const allowed = await RawClient.connect(xvnc.view().viewer, {
    onCutText: (body) => seen.push(body.toString('latin1')),
  });
  const denied = await RawClient.connect(xvnc.view({ rights: NO_CLIPBOARD }).viewer, {
    onCutText: (body) => unseen.push(body.toString('latin1')),
  });
  xvnc.start('xclip', ['-selection', 'clipboard', '-quiet']).stdin!.end('sécret');
  await expect.poll(() => seen.includes('sécret')).toBe(true);
  await xvnc.run('xsetroot', '-solid', '#010203');
  await denied.until(() => denied.pixel(0, 0) === 0x010203);
  expect(unseen).toEqual([]);
  allowed.close();
});

test('the clipboard of a viewer reaches the desktop only with the right', async () => {
  const pasted = () => xvnc.run('xclip', '-selection', 'clipboard', '-o').catch(() => '');
  const denied = xvnc.view({ rights: NO_CLIPBOARD });
  const deniedClient = await RawClient.connect(denied.viewer);
  const allowed = await RawClient.connect(xvnc.view().viewer);
  allowed.cutText('über');
  await expect.poll(pasted).toBe('über');
  deniedClient.cutText('never');
  // An update with the new size shows that the server has received everything that was sent before.
  await deniedClient.until(() => deniedClient.updates > 0);
  deniedClient.resize(700, 500);
  await deniedClient.until(() => deniedClient.width === 700);
  expect(await pasted()).toBe('über');
});

/** Fills the screen with changing text, colours and bitmaps, and copies a text from time to time. */
function makeBusy(): void {
  const text =
    'for c in 31 32 33 44 45 46; do printf "\\033[%sm" $c; ls -l /usr/bin | tail -n 200; printf "\\033[0m"; done';
  xvnc.start('xterm', ['-geometry', '90x30+0+0', '-e', 'sh', '-c', `while :; do ${text}; done`]);
  xvnc.start('sh', [
    '-c',
    'while :; do for c in red green "#123456" tan; do xsetroot -solid $c -cursor_name watch; xsetroot -mod 5 7; sleep 0.05; done; done',
  ]);
  xvnc.start('sh', ['-c', 'while :; do printf SECRET | xclip -selection clipboard; sleep 0.1; done']);
}

/** Fences with which Xvnc measures the connection: at the start, and around updates. Without answers it slows down. */
const PINGS = [fence(0x80000000, Buffer.from([0])), fence(0x80000001, Buffer.from([1]))];

/** A viewer that does not parse the data. It only looks for certain bytes. */
class Watcher {
  readonly found = new Set<string>();
  bytes = 0;
  readonly #viewer: Duplex;
  #tail = Buffer.alloc(0);

  constructor(viewer: Duplex) {
    this.#viewer = viewer;
    viewer.on('data', (bytes: Buffer) => this.#received(bytes));
  }

  #received(bytes: Buffer): void {
    this.bytes += bytes.length;
    const all = Buffer.concat([this.#tail, bytes]);
    for (const word of ['SECRET', 'unicore:', 'the end']) if (all.includes(word)) this.found.add(word);
    for (const ping of PINGS) {
      const old = this.#tail.length - ping.length;
      for (let at = all.indexOf(ping); at >= 0; at = all.indexOf(ping, at + 1)) {
        const answer = fence(ping.readUInt32BE(4) & 3, ping.subarray(9));
        if (at > old) this.#viewer.write(answer);
      }
    }
    this.#tail = all.subarray(-100);
  }
}

test.each(Object.entries(ENCODINGS))(
  '%s: a busy screen in changing pixel formats loses no boundary, and every text is cut',
  async (_name, encodings) => {
    makeBusy();
    const { viewer, interposer } = xvnc.view({ rights: NO_CLIPBOARD });
    let failure: Error | undefined;
    viewer.on('error', (error) => (failure = error));
    const watcher = new Watcher(viewer);
    viewer.write(Buffer.concat([handshakeOfViewer(8), setPixelFormat(FORMATS[0]!)]));
    viewer.write(setEncodings(...encodings, ...EXTENSIONS));
    viewer.write(Buffer.concat([UPDATE_REQUEST, Buffer.from([150, 1]), WHOLE]));
    for (let turn = 1; turn <= TURNS; turn += 1) {
      const before = watcher.bytes;
      await expect.poll(() => failure !== undefined || watcher.bytes > before + BYTES_PER_TURN).toBe(true);
      viewer.write(setPixelFormat(FORMATS[turn % FORMATS.length]!));
    }
    viewer.write(Buffer.concat([Buffer.from([150, 0]), WHOLE, fence(0x80000000, Buffer.from('the end'))]));
    await expect.poll(() => failure !== undefined || watcher.found.has('the end')).toBe(true);
    expect(failure).toBeUndefined();
    expect([...watcher.found]).toEqual(['the end']);
    expect(interposer.fromServer.atBoundary).toBe(true);
  },
);

test('a viewer without fences, which changes its pixel format after each update, loses no boundary', async () => {
  makeBusy();
  const { viewer, interposer } = xvnc.view({ rights: NO_CLIPBOARD });
  let failure: Error | undefined;
  viewer.on('error', (error) => (failure = error));
  const watcher = new Watcher(viewer);
  const encodings = setEncodings(7, 1, -223, -224, -239, -308);
  viewer.write(Buffer.concat([handshakeOfViewer(8), encodings]));
  await expect.poll(() => interposer.fromServer.atBoundary).toBe(true);
  for (let turn = 1; turn <= TURNS; turn += 1) {
    const before = watcher.bytes;
    viewer.write(Buffer.concat([setPixelFormat(FORMATS[turn % FORMATS.length]!), UPDATE_REQUEST]));
    const isAnswered = () => watcher.bytes > before && interposer.fromServer.atBoundary;
    await expect.poll(() => failure !== undefined || isAnswered()).toBe(true);
  }
  expect(failure).toBeUndefined();
  expect([...watcher.found]).toEqual([]);
});
