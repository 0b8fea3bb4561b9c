import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SimClock } from '@unicore/protocol/sim';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { keepAlive } from './keepalive.ts';

const clock = new SimClock();
let server: WebSocketServer;
let client: WebSocket;
let ws: WebSocket;
let unread: boolean;

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  [[ws]] = (await Promise.all([once(server, 'connection'), once(client, 'open')])) as [[WebSocket], unknown];
  unread = false;
  keepAlive(ws, clock, () => unread);
});
afterEach(() => {
  client.terminate();
  server.close();
});

test('a client that answers pings stays connected', async () => {
  for (let i = 0; i < 10; i++) {
    const pong = once(ws, 'pong');
    await clock.advance(20_000);
    await pong;
  }
  expect(ws.readyState).toBe(WebSocket.OPEN);
});

test('a client that does not answer is disconnected at the second ping', async () => {
  client.pause();
  await clock.advance(20_000);
  expect(ws.readyState).toBe(WebSocket.OPEN);
  const closed = once(ws, 'close');
  await clock.advance(20_000);
  await closed;
});

test('a client with unread output that reads nothing is disconnected after two minutes', async () => {
  client.pause();
  unread = true;
  await clock.advance(139_000);
  expect(ws.readyState).toBe(WebSocket.OPEN);
  const closed = once(ws, 'close');
  await clock.advance(1_000);
  await closed;
});

test('a client whose socket the hub has paused is not disconnected', async () => {
  client.pause();
  ws.pause();
  await clock.advance(100_000);
  expect(ws.readyState).toBe(WebSocket.OPEN);
});

test('a closed socket is no longer pinged', async () => {
  const ping = vi.spyOn(ws, 'ping');
  const closed = once(ws, 'close');
  client.close();
  await closed;
  await clock.advance(60_000);
  expect(ping).not.toHaveBeenCalled();
});
