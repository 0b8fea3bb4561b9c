/**
 * A peer that breaks a rule of the socket itself loses that socket, with its own code. Other users are not affected.
 */
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { encode, type Frame, FrameType, packMeta } from '@unicore/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SUBPROTOCOL } from './endpoint.ts';
import { startWithBystander, type WithBystander } from './testing/bystander.ts';
import { closing, connect } from './testing/dial-leg.ts';
import { OPEN } from './testing/hostile-user.ts';
import { BEAT } from './testing/test-agent.ts';
import { startTestConsumer } from './testing/test-consumer.ts';

let hub: WithBystander['hub'];
let mallory: WithBystander['mallory'];
let unharmed: WithBystander['unharmed'];

beforeEach(async () => {
  ({ hub, mallory, unharmed } = await startWithBystander());
});
afterEach(() => unharmed());

test('bytes that are not a frame close their own socket', async () => {
  mallory.ws.send(Buffer.from('GET / HTTP/1.1'));
  expect((await mallory.closed).code).toBe('PROTOCOL_ERROR');
});

test('a frame that is cut short closes its own socket', async () => {
  mallory.ws.send(encode(OPEN).subarray(0, 30));
  expect((await mallory.closed).code).toBe('PROTOCOL_ERROR');
});

test('a text message closes its own socket', async () => {
  mallory.ws.send('hello');
  expect(await mallory.closed).toEqual({
    code: 'PROTOCOL_ERROR',
    message: 'This socket takes binary messages only.',
  });
});

test('a message over the limit closes its socket with MESSAGE_TOO_BIG, however large it is', async () => {
  mallory.ws.send(Buffer.alloc(64 * 1024 + 1));
  expect((await mallory.closed).code).toBe('MESSAGE_TOO_BIG');
  const again = await startTestConsumer(hub.url, 'mallory');
  again.ws.send(Buffer.alloc(20 * 1024 * 1024));
  expect((await again.closed).code).toBe('MESSAGE_TOO_BIG');
});

test('bytes that are not WebSocket frames end only their own connection', async () => {
  const tcp = connectTcp(Number(new URL(hub.url).port), '127.0.0.1');
  tcp.write(
    `GET /consumer HTTP/1.1\r\nHost: hub\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: ${SUBPROTOCOL}\r\n\r\n`,
  );
  await once(tcp, 'data');
  tcp.write(Buffer.alloc(100, 0xff));
  tcp.resume();
  await once(tcp, 'end');
  tcp.end();
  await expect.poll(() => hub.counts.closes).toContain('consumer PROTOCOL_ERROR');
});

test('frames that only hubs and providers may send close the consumer that sends them', async () => {
  const forbidden: Frame[] = [
    { type: FrameType.WELCOME, version: 1, meta: packMeta({}) },
    { type: FrameType.ACCEPT, ch: 1, attach: 1, recvNext: 0, limit: 1, meta: packMeta({}) },
    { type: FrameType.DETACHED, ch: 1, code: 7 },
    { type: FrameType.GOAWAY, code: 22, afterMs: 0 },
    { type: FrameType.BEAT, seq: 1, meta: packMeta(BEAT) },
    { type: FrameType.BEATACK, seq: 1, meta: packMeta({}) },
  ];
  for (const frame of forbidden) {
    const { ws, closed } = await startTestConsumer(hub.url, 'mallory');
    ws.send(encode(frame));
    expect((await closed).code).toBe('PROTOCOL_ERROR');
  }
  expect(hub.told.filter((event) => event.startsWith('beat'))).toEqual([]);
});

test.each<[string, Frame]>([
  ['PINGs', { type: FrameType.PING, id: 1 }],
  ['frames for unknown channels', { type: FrameType.ACK, ch: 77, consumed: 0, limit: 0 }],
])('a flood of %s closes its own socket', async (_, frame) => {
  const message = Buffer.concat(Array.from({ length: 1_000 }, () => encode(frame)));
  for (let i = 0; i < 20; i++) mallory.ws.send(message);
  expect((await mallory.closed).code).toBe('RATE_LIMITED');
});

test('a socket that does not start with HELLO is closed', async () => {
  for (const path of ['/consumer', '/provider']) {
    const ws = await connect(hub.url + path, { protocols: [SUBPROTOCOL] });
    ws.send(encode(OPEN));
    expect((await closing(ws)).code).toBe(4011);
  }
});
