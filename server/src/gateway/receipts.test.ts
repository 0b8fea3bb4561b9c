import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SimClock } from '@unicore/protocol/sim';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { RawKind } from './framing.ts';
import { Receipts } from './receipts.ts';

const KIB = 1024;

const clock = new SimClock();
let server: WebSocketServer;
let client: WebSocket;
let ws: WebSocket;
let receipts: Receipts;
let receiptsOf: (kind: RawKind) => Receipts;
let read: number;
/** Payloads of the received pings, oldest first. */
let pings: string[];

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  client = new WebSocket(`ws://127.0.0.1:${port}`, { autoPong: false });
  pings = [];
  client.on('ping', (said) => pings.push(said.toString()));
  [[ws]] = (await Promise.all([once(server, 'connection'), once(client, 'open')])) as [[WebSocket], unknown];
  read = 0;
  const count = (bytes: number) => {
    read += bytes;
  };
  receiptsOf = (kind) => new Receipts({ ws, clock, kind, window: 128 * KIB, read: count });
  receipts = receiptsOf('terminal');
});
afterEach(() => {
  client.terminate();
  server.close();
});

/** Resolves when the kernel has the bytes. */
function send(bytes: number): Promise<void> {
  return new Promise((done) => {
    receipts.send({ payload: Buffer.alloc(bytes), bytes, binary: true, fin: true }, done);
  });
}

async function pong(said: string): Promise<void> {
  client.pong(said);
  await once(ws, 'pong');
}

async function speak(): Promise<void> {
  client.send('x');
  await once(ws, 'message');
}

test('bytes count as read when the client has answered the ping sent after them', async () => {
  await send(10);
  await expect.poll(() => pings).toEqual(['10']);
  expect([read, receipts.unread]).toEqual([0, 10]);
  await pong('10');
  expect([read, receipts.unread]).toEqual([10, 0]);
});

test('while a pong is pending, a ping follows each quarter of the window only; then one for the rest', async () => {
  await send(1);
  for (let i = 0; i < 9; i++) await send(8 * KIB);
  await expect.poll(() => pings).toEqual(['1', String(32 * KIB + 1), String(64 * KIB + 1)]);
  await pong(String(64 * KIB + 1));
  expect(read).toBe(64 * KIB + 1);
  await expect.poll(() => pings.at(-1)).toBe(String(72 * KIB + 1));
});

test('a pong for bytes that were not sent is ignored', async () => {
  await send(10);
  for (const lie of ['11', '-1', '1e9', 'x', '']) await pong(lie);
  expect(read).toBe(0);
});

test('if a client sends messages but never a pong, bytes count as read once the kernel has them, until it sends one', async () => {
  await send(10);
  await speak();
  await clock.advance(10_000);
  expect(read).toBe(0);
  await speak();
  expect(read).toBe(10);
  await send(10);
  expect(read).toBe(20);
  await send(10);
  await pong('10');
  await send(10);
  expect(read).toBe(30);
});

test('a client that stops answering pings counts as not reading, even if it sends messages', async () => {
  await send(10);
  await pong('10');
  await send(10);
  await clock.advance(60_000);
  await speak();
  expect(read).toBe(10);
});

test('while the socket is paused, bytes count as read once the kernel has them', async () => {
  await send(10);
  ws.pause();
  receipts.settle();
  expect(read).toBe(10);
  await send(10);
  expect(read).toBe(20);
});

test('small updates of a desktop share a ping, which follows 2 s after the first of them', async () => {
  receipts = receiptsOf('vnc');
  for (let i = 0; i < 10; i++) await send(100);
  await clock.advance(2_000);
  await expect.poll(() => pings).toEqual(['1000']);
  await pong('1000');
  expect(receipts.unread).toBe(0);
});

test('a large update of a desktop gets its ping at once', async () => {
  receipts = receiptsOf('vnc');
  await send(100);
  await send(8 * KIB);
  await expect.poll(() => pings).toEqual([String(8 * KIB + 100)]);
});
