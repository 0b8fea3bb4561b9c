/** When a screen counts as painted, and what happens with servers that do not speak VNC. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isPicture, painted } from './painted.ts';
import { readBanner } from './rfb-banner.ts';

let folder = '';
let server: Server | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unicore-rfb-'));
});
afterEach(async () => {
  server?.close();
  await rm(folder, { recursive: true });
});

async function serve(run: (socket: Socket) => void): Promise<string> {
  const path = join(folder, 'rfb.sock');
  server = createServer(run);
  await once(server.listen(path), 'listening');
  return path;
}

test('black, one colour and a few lit pixels are no picture', () => {
  const pixels = (colours: number[], times: number) =>
    new Uint8Array(
      Uint32Array.from({ length: 1000 }, (_, i) => (i < times ? (colours[i % colours.length] ?? 0) : 0))
        .buffer,
    );
  expect(isPicture(pixels([0], 1000))).toBe(false);
  expect(isPicture(pixels([0xffffff], 1000))).toBe(false);
  expect(isPicture(pixels([0xff, 0xff00, 0xff0000], 20))).toBe(false);
  expect(isPicture(pixels([0xff, 0xff00, 0xff0000], 200))).toBe(true);
  // These pixels differ only in their padding.
  expect(isPicture(pixels([0x01000000, 0x02000000, 0x03000000], 1000))).toBe(false);
});

test('the banner of a VNC server is read, and nothing else passes for one', async () => {
  expect(await readBanner(await serve((socket) => socket.write('RFB 003.008\n')))).toBe('RFB 003.008');
  server?.close();
  for (const text of ['HTTP/1.1 400 Bad Request\r\n', 'RFB 3.8\n      ', 'short']) {
    const path = await serve((socket) => socket.end(text));
    await expect(readBanner(path), text).rejects.toThrow('No VNC server answers');
    server?.close();
  }
  await expect(readBanner(join(folder, 'none.sock'))).rejects.toThrow('No VNC server answers');
});

test('waiting for a picture ends when it is no longer wanted, and when the server goes away', async () => {
  const silent = await serve((socket) => socket.on('error', () => {}));
  const stop = new AbortController();
  const waiting = painted(silent, stop.signal);
  stop.abort();
  await expect(waiting).rejects.toThrow('No picture was seen');
  server?.close();
  const rude = await serve((socket) => socket.end('RFB 003.008\n'));
  await expect(painted(rude, new AbortController().signal)).rejects.toThrow(
    'The connection to the VNC server has ended',
  );
});
