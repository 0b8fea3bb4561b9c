import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { SimClock } from '@unicore/protocol/sim';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { SUBPROTOCOL } from './endpoint.ts';
import { closing, connect, dialLeg } from './testing/dial-leg.ts';
import { startTestAgent } from './testing/test-agent.ts';
import { startTestConsumer } from './testing/test-consumer.ts';
import { ORIGIN, startTestHub, type TestHub } from './testing/test-hub.ts';

let hub: TestHub;
const clock = new SimClock();
beforeEach(async () => {
  hub = await startTestHub({ clock });
});
afterEach(() => hub.stop());

/** The HTTP status with which an upgrade was refused. */
async function refusal(url: string, headers: Record<string, string> = {}): Promise<number> {
  const ws = new WebSocket(url, { headers });
  ws.on('error', () => {});
  const [, response] = await once(ws, 'unexpected-response');
  return response.statusCode;
}

test('an unknown path is answered with 404', async () => {
  expect(await refusal(`${hub.url}/nowhere`)).toBe(404);
  expect(await refusal(`${hub.url}/consumer/more`)).toBe(404);
});

test('a page of another origin is refused with 403 on every endpoint', async () => {
  for (const path of ['/consumer', '/provider', '/terminal']) {
    expect(await refusal(hub.url + path, { origin: 'http://evil.example' })).toBe(403);
  }
  expect(await refusal(`${hub.url}/consumer`, { origin: 'null' })).toBe(403);
});

test('a client without the right subprotocol is told which one to ask for', async () => {
  for (const protocols of [undefined, ['mqtt']]) {
    const ws = await connect(`${hub.url}/consumer`, protocols && { protocols });
    expect(await closing(ws)).toEqual({
      code: 4001,
      reason: 'Ask for the WebSocket subprotocol unicore.v1.',
    });
  }
});

test("the hub's own page with a session cookie is accepted", async () => {
  const headers = { origin: ORIGIN, cookie: 'unicore_session=alice' };
  const { leg } = await dialLeg(`${hub.url}/consumer`, { headers, hello: {} });
  expect(leg.up).toBe(true);
});

test('a page without a valid cookie is accepted and closed with 4002, which it can read', async () => {
  const refused = dialLeg(`${hub.url}/consumer`, { headers: { origin: ORIGIN }, hello: {} });
  await expect(refused).rejects.toThrow('UNAUTHENTICATED: Sign in again.');
});

test('a cookie without an Origin is ignored', async () => {
  const refused = dialLeg(`${hub.url}/consumer`, { headers: { cookie: 'unicore_session=alice' }, hello: {} });
  await expect(refused).rejects.toThrow('UNAUTHENTICATED');
});

test('an unknown bearer token is refused, a known one accepted', async () => {
  await expect(dialLeg(`${hub.url}/consumer`, { hello: { token: 'wrong' } })).rejects.toThrow(
    'UNAUTHENTICATED',
  );
  const { leg } = await startTestConsumer(hub.url, 'alice');
  expect(leg.up).toBe(true);
});

test('an invalid HELLO is refused with the name of the field', async () => {
  await expect(dialLeg(`${hub.url}/consumer`, { hello: { token: 7 } })).rejects.toThrow(
    'BAD_REQUEST: HELLO.token',
  );
  await expect(dialLeg(`${hub.url}/provider`, { hello: { token: 'agent-p1' } })).rejects.toThrow(
    'BAD_REQUEST: HELLO.connSeq',
  );
});

test('a socket that never says HELLO is closed after 5 s', async () => {
  const ws = await connect(`${hub.url}/consumer`, { protocols: [SUBPROTOCOL] });
  const closed = closing(ws);
  await clock.advance(4_999);
  expect(ws.readyState).toBe(WebSocket.OPEN);
  await clock.advance(1);
  expect((await closed).code).toBe(4013);
});

test('an address with too many pending handshakes gets no further sockets', async () => {
  const silent = await Promise.all(
    Array.from({ length: 64 }, () => connect(`${hub.url}/consumer`, { protocols: [SUBPROTOCOL] })),
  );
  const late = await connect(`${hub.url}/consumer`, { protocols: [SUBPROTOCOL] });
  expect((await closing(late)).code).toBe(4010);
  silent[0]!.terminate();
  await expect.poll(() => hub.counts.closes).toContain('consumer LEG_LOST');
  const { leg } = await startTestConsumer(hub.url, 'alice');
  expect(leg.up).toBe(true);
});

test('when the hub stops, every socket closes with GOING_AWAY', async () => {
  const agent = await startTestAgent(hub.url, 'p1');
  const consumer = await startTestConsumer(hub.url, 'alice');
  await hub.stop();
  expect((await agent.closed).code).toBe('GOING_AWAY');
  expect((await consumer.closed).code).toBe('GOING_AWAY');
  expect(hub.counts.open).toEqual({ provider: 0, consumer: 0, terminal: 0, vnc: 0, cdp: 0, hub: 0 });
  hub = await startTestHub({ clock });
});

test('a CONNECT request is answered with 405', async () => {
  const tcp = connectTcp(Number(new URL(hub.url).port), '127.0.0.1');
  tcp.write('CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n');
  const [answer] = await once(tcp, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1.1 405 /);
  tcp.destroy();
});
