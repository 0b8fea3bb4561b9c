/** How many pictures are taken and kept, with a VNC server that shows a single pixel. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SimClock } from '@unicore/protocol/sim';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { handshakeOfServer, rectangle, update } from '../rfb/testing/index.ts';
import { Pictures } from './pictures.ts';

const VERSION_BYTES = 12;
const PIXEL = update(rectangle(0, 0, 1, 1, 0, [1, 2, 3, 0]));

let folder: string;
let server: Server;
let connections: Socket[];
let clock: SimClock;
let pictures: Pictures;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unicore-pictures-'));
  connections = [];
  clock = new SimClock();
  server = createServer((socket) => {
    connections.push(socket);
    socket.on('error', () => undefined);
    const handshake = handshakeOfServer(8);
    socket.write(handshake.subarray(0, VERSION_BYTES));
    socket.once('data', () => socket.write(handshake.subarray(VERSION_BYTES)));
  });
  const path = join(folder, 'rfb');
  await once(server.listen(path), 'listening');
  pictures = new Pictures(clock, () => path);
});

afterEach(async () => {
  for (const socket of connections) socket.destroy();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

/** The screen shows itself to the connection with this number. */
async function show(number: number): Promise<void> {
  await expect.poll(() => connections.length).toBe(number);
  connections[number - 1]!.write(PIXEL);
}

test('callers that come while a picture is taken share the next one', async () => {
  const first = pictures.piece({ from: 0 });
  await expect.poll(() => connections.length).toBe(1);
  const others = Array.from({ length: 100 }, () => pictures.piece({ from: 0 }));
  await show(1);
  const { pictureId } = await first;
  await show(2);
  const ids = new Set((await Promise.all(others)).map((piece) => piece.pictureId));
  expect(ids.size).toBe(1);
  expect(ids).not.toContain(pictureId);
  expect(connections).toHaveLength(2);
});

test('a picture that fails does not keep the next one from being taken', async () => {
  const first = pictures.piece({ from: 0 });
  await expect.poll(() => connections.length).toBe(1);
  const second = pictures.piece({ from: 0 });
  connections[0]!.destroy();
  await expect(first).rejects.toThrow('The connection to the VNC server has ended');
  await show(2);
  expect(await second).toMatchObject({ width: 640, height: 480, more: false });
});

test('4 pictures are kept, for 30 s', async () => {
  const ids: string[] = [];
  for (let number = 1; number <= 5; number += 1) {
    const piece = pictures.piece({ from: 0 });
    await show(number);
    ids.push((await piece).pictureId);
  }
  await expect(pictures.piece({ pictureId: ids[0], from: 0 })).rejects.toThrow('too old');
  for (const pictureId of ids.slice(1)) await pictures.piece({ pictureId, from: 0 });
  await clock.advance(30_000);
  await expect(pictures.piece({ pictureId: ids[4], from: 0 })).rejects.toThrow('too old');
});
