import { once } from 'node:events';
import type { ErrorCode } from '@unicore/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { closing, connect } from '../sockets/testing/dial-leg.ts';
import { echo, flood, type Program, pattern, startTestAgent } from '../sockets/testing/test-agent.ts';
import { ORIGIN, startTestHub, type TestHub } from '../sockets/testing/test-hub.ts';
import { desktopUrl, readBytes } from './testing/raw-client.ts';

const KB = 1024;
const MB = 1024 * KB;
/** The window of a vnc channel. */
const WINDOW = 512 * KB;

let hub: TestHub;

beforeEach(async () => {
  hub = await startTestHub();
  hub.desktops.set('d-1', { owner: 'alice', providerId: 'p1', live: true });
});
afterEach(() => hub.stop());

/** The HTTP status with which an upgrade was refused. */
async function refusal(path: string, headers: Record<string, string> = {}): Promise<number> {
  const ws = new WebSocket(hub.url + path, { headers });
  ws.on('error', () => {});
  const [, response] = await once(ws, 'unexpected-response');
  return response.statusCode;
}

/** Sends one byte and waits for its echo. */
async function opened(url: string, protocols?: string[]): Promise<WebSocket> {
  const ws = await connect(url, protocols && { protocols });
  ws.send(Buffer.from('x'));
  await readBytes(ws, 1);
  return ws;
}

test('binary messages pass unchanged and in order, both ways', async () => {
  await startTestAgent(hub.url, 'p1');
  const ws = await connect(desktopUrl(hub, 'vnc'));
  for (let at = 0; at < MB; at += 10_000) ws.send(pattern(at, Math.min(10_000, MB - at)));
  expect((await readBytes(ws, MB)).equals(pattern(0, MB))).toBe(true);
});

test.each([
  ['none', undefined, ''],
  ['binary', ['binary'], 'binary'],
  ['binary beside others', ['base64', 'binary'], 'binary'],
])('a client that asks for the subprotocol %s is served', async (_, protocols, chosen) => {
  await startTestAgent(hub.url, 'p1');
  expect((await opened(desktopUrl(hub, 'vnc'), protocols)).protocol).toBe(chosen);
});

test('a client that asks for another subprotocol only is told which one to ask for', async () => {
  const ws = await connect(desktopUrl(hub, 'vnc'), { protocols: ['base64'] });
  const reason = 'Ask for the WebSocket subprotocol binary or none.';
  expect(await closing(ws)).toEqual({ code: 4001, reason });
});

test('the desktop gets who watches it, and with which rights', async () => {
  const agent = await startTestAgent(hub.url, 'p1');
  const last = () => agent.requests.at(-1)!;
  await opened(desktopUrl(hub, 'vnc'));
  expect(last()).toMatchObject({
    kind: 'vnc',
    auth: { user: 'alice', rights: 'write', sessionId: 'd-1', attempt: 1, kind: 'vnc', guest: false },
    meta: { sessionId: 'd-1', viewOnly: false, text: false },
  });
  await opened(desktopUrl(hub, 'vnc', { viewOnly: true }));
  expect(last()).toMatchObject({ auth: { rights: 'read', guest: false }, meta: { viewOnly: true } });
  await opened(desktopUrl(hub, 'vnc', { query: { viewOnly: 'true' } }));
  expect(last()).toMatchObject({ auth: { rights: 'read', guest: false }, meta: { viewOnly: true } });
  await opened(desktopUrl(hub, 'vnc', { guest: true, query: { viewOnly: 'false' } }));
  expect(last()).toMatchObject({ auth: { rights: 'read', guest: true, user: 'alice' } });
});

test('a text message is refused', async () => {
  const over = Promise.withResolvers<ErrorCode>();
  const program: Program = (channel, request) => ({ ...echo(channel, request), closed: over.resolve });
  await startTestAgent(hub.url, 'p1', { program });
  const ws = await opened(desktopUrl(hub, 'vnc'));
  ws.send('RFB 003.008\n');
  const { code, reason } = await closing(ws);
  expect([code, reason]).toEqual([4001, expect.stringContaining('binary')]);
  expect(await over.promise).toBe('BAD_REQUEST');
});

test('a wrong, missing or used ticket, or one for another desktop or kind, closes with 4009', async () => {
  await startTestAgent(hub.url, 'p1');
  const url = desktopUrl(hub, 'vnc');
  await opened(url);
  const wrong = [
    url,
    `${hub.url}/vnc/d-1?ticket=guess`,
    `${hub.url}/vnc/d-1`,
    desktopUrl(hub, 'vnc', { ticketFor: 'd-2' }),
    desktopUrl(hub, 'cdp').replace('/cdp/', '/vnc/'),
  ];
  for (const each of wrong) {
    const { code, reason } = await closing(await connect(each));
    expect([code, reason]).toEqual([4009, expect.stringContaining('vnc.connect')]);
  }
});

test('a path without one id is unknown, and an invalid id or query is refused with its name', async () => {
  for (const path of ['/vnc', '/vnc/', '/vnc/d-1/more', '/d-1']) expect(await refusal(path)).toBe(404);
  for (const path of ['/vnc/D%201', '/vnc/*', `/vnc/${'d'.repeat(65)}`]) {
    const { code, reason } = await closing(await connect(hub.url + path));
    expect([code, reason]).toEqual([4001, expect.stringContaining('path.sessionId')]);
  }
  const { code, reason } = await closing(await connect(`${hub.url}/vnc/d-1?viewOnly=perhaps`));
  expect([code, reason]).toEqual([4001, expect.stringContaining('query.viewOnly')]);
});

test("the hub's own pages may connect, and pages of other origins may not", async () => {
  await startTestAgent(hub.url, 'p1');
  expect(await refusal('/vnc/d-1', { origin: 'http://evil.example' })).toBe(403);
  const ws = await connect(desktopUrl(hub, 'vnc'), { headers: { origin: ORIGIN } });
  ws.send(Buffer.from('x'));
  expect(String(await readBytes(ws, 1))).toBe('x');
});

test('a ticket for an earlier attempt is refused', async () => {
  await startTestAgent(hub.url, 'p1');
  const url = desktopUrl(hub, 'vnc');
  hub.desktops.get('d-1')!.attempt = 2;
  expect((await closing(await connect(url))).code).toBe(4021);
  await opened(desktopUrl(hub, 'vnc', { attempt: 2 }));
});

test('a desktop that has ended, and one that cannot be reached, each close the socket with a code', async () => {
  expect((await closing(await connect(desktopUrl(hub, 'vnc')))).code).toBe(4007);
  hub.desktops.get('d-1')!.live = false;
  expect((await closing(await connect(desktopUrl(hub, 'vnc')))).code).toBe(4035);
});

test.each([
  ['OK', 1000],
  ['SESSION_ENDED', 4035],
] as const)(
  'when the desktop ends with %s, all bytes arrive and the socket closes with %i',
  async (code, closed) => {
    await startTestAgent(hub.url, 'p1', { program: flood(3 * MB, code) });
    const ws = await connect(desktopUrl(hub, 'vnc'));
    const end = closing(ws);
    expect((await readBytes(ws, 3 * MB)).equals(pattern(0, 3 * MB))).toBe(true);
    expect(await end).toEqual({ code: closed, reason: 'that was all' });
  },
);

test('a lost path closes the socket with LEG_LOST', async () => {
  const agent = await startTestAgent(hub.url, 'p1');
  const ws = await opened(desktopUrl(hub, 'vnc'));
  agent.ws.terminate();
  expect((await closing(ws)).code).toBe(4023);
});

test('when a client disconnects, its channel ends and its socket is no longer counted', async () => {
  const over = Promise.withResolvers<ErrorCode>();
  const program: Program = (channel, request) => ({ ...echo(channel, request), closed: over.resolve });
  await startTestAgent(hub.url, 'p1', { program });
  const ws = await opened(desktopUrl(hub, 'vnc'));
  expect(hub.counts.open).toMatchObject({ vnc: 1, terminal: 0, cdp: 0 });
  ws.terminate();
  expect(await over.promise).toBe('OK');
  await expect.poll(() => hub.counts.open.vnc).toBe(0);
  expect(hub.counts.closes).toEqual(['vnc LEG_LOST']);
});

test('a message of 4 MiB arrives whole, and a larger one is refused as too big', async () => {
  const got = Promise.withResolvers<void>();
  let size = 0;
  const program: Program = (channel) => ({
    data(bytes) {
      size += bytes.length;
      channel().consumed(bytes.length);
      if (size === 4 * MB) got.resolve();
    },
    closed() {},
  });
  await startTestAgent(hub.url, 'p1', { program });
  const ws = await connect(desktopUrl(hub, 'vnc'));
  ws.send(Buffer.alloc(4 * MB));
  await got.promise;
  ws.send(Buffer.alloc(4 * MB + 1));
  expect((await closing(ws)).code).toBe(4012);
});

test('input that the desktop does not read waits at the client', async () => {
  let held = 0;
  const program: Program = () => ({
    data(bytes) {
      held += bytes.length;
    },
    closed() {},
  });
  await startTestAgent(hub.url, 'p1', { program });
  const ws = await connect(desktopUrl(hub, 'vnc'));
  const chunk = Buffer.alloc(64 * KB);
  for (let sent = 0; sent < 64 * MB; sent += chunk.length) ws.send(chunk);
  await expect.poll(() => held).toBe(WINDOW);
  expect(ws.bufferedAmount).toBeGreaterThan(32 * MB);
});

test('a client that does not read pauses its desktop, which is at most one window ahead', async () => {
  let sent = 0;
  const program: Program = (channel, request) => {
    const handler = flood(16 * MB)(channel, request);
    return {
      ...handler,
      pull(max) {
        const piece = handler.pull!(max);
        sent += piece?.length ?? 0;
        return piece;
      },
    };
  };
  const agent = await startTestAgent(hub.url, 'p1', { program });
  const ws = await connect(desktopUrl(hub, 'vnc'));
  ws.pause();
  for (let i = 0; i < 20; i++) await agent.leg.ping();
  expect(sent).toBeLessThanOrEqual(WINDOW);
  const all = readBytes(ws, 16 * MB);
  ws.resume();
  expect((await all).equals(pattern(0, 16 * MB))).toBe(true);
});

test('a viewer stays while the hub drains, and is told to connect again when the hub stops', async () => {
  await startTestAgent(hub.url, 'p1');
  const ws = await opened(desktopUrl(hub, 'vnc'));
  await hub.drain(100);
  ws.send(Buffer.from('still here'));
  expect(String(await readBytes(ws, 10))).toBe('still here');
  const closed = closing(ws);
  await hub.stop();
  expect((await closed).code).toBe(4022);
  hub = await startTestHub();
});
