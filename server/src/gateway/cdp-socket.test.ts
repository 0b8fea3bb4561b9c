/** Raw CDP sockets: real clients, real sockets, and a program in place of the desktop's browser. */
import { type ErrorCode, Outbox } from '@unicore/protocol';
import { chromium } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { closing, connect } from '../sockets/testing/dial-leg.ts';
import { type Program, startTestAgent } from '../sockets/testing/test-agent.ts';
import { startTestHub, type TestHub } from '../sockets/testing/test-hub.ts';
import { desktopUrl, readTexts } from './testing/raw-client.ts';

const KB = 1024;
const MB = 1024 * KB;
/** The window of a cdp channel. */
const WINDOW = 256 * KB;

let hub: TestHub;

beforeEach(async () => {
  hub = await startTestHub();
  hub.desktops.set('d-1', { owner: 'alice', providerId: 'p1', live: true });
});
afterEach(() => hub.stop());

/** A browser's pipe: answers each message, and ends each with NUL. */
function browser(
  answer: (message: string) => readonly string[],
  closed: (code: ErrorCode) => void = () => {},
): Program {
  return (channel) => {
    const out = new Outbox();
    let text: Uint8Array[] = [];
    return {
      data(bytes) {
        channel().consumed(bytes.length);
        let start = 0;
        for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, start)) {
          text.push(bytes.slice(start, end));
          for (const one of answer(Buffer.concat(text).toString())) out.push(Buffer.from(`${one}\0`));
          text = [];
          start = end + 1;
        }
        text.push(bytes.slice(start));
        channel().wake();
      },
      pull: (max) => out.pull(max),
      closed,
    };
  };
}

/** A browser that sends these pieces of its stream, and says how many bytes of them have left. */
function speaker(pieces: readonly Uint8Array[]): { program: Program; sent: () => number } {
  let sent = 0;
  const program: Program = (channel) => {
    const out = new Outbox();
    for (const piece of pieces) out.push(piece);
    return {
      data: (bytes) => channel().consumed(bytes.length),
      pull(max) {
        const piece = out.pull(max);
        sent += piece?.length ?? 0;
        return piece;
      },
      closed() {},
    };
  };
  return { program, sent: () => sent };
}

const mirror = browser((message) => [message]);
const opened = (wish = {}): Promise<WebSocket> => connect(desktopUrl(hub, 'cdp', wish));

test('one text message is one CDP message, both ways and in order', async () => {
  await startTestAgent(hub.url, 'p1', { program: mirror });
  const ws = await opened();
  const said = Array.from({ length: 300 }, (_, id) =>
    JSON.stringify({ id, text: '日本語 ü 👩‍👩‍👧'.repeat(id) }),
  );
  const heard = readTexts(ws, said.length);
  for (const one of said) ws.send(one);
  expect(await heard).toEqual(said);
});

test('the desktop gets who drives it', async () => {
  const agent = await startTestAgent(hub.url, 'p1', { program: mirror });
  const ws = await opened();
  ws.send('{}');
  await readTexts(ws, 1);
  expect(agent.requests[0]).toMatchObject({
    kind: 'cdp',
    auth: { user: 'alice', rights: 'write', sessionId: 'd-1', attempt: 1, kind: 'cdp', guest: false },
    meta: { sessionId: 'd-1' },
  });
  expect(hub.counts.open).toMatchObject({ cdp: 1, vnc: 0, terminal: 0 });
});

test('a message of 16 MiB arrives whole, both ways', async () => {
  await startTestAgent(hub.url, 'p1', { program: mirror });
  const ws = await opened();
  const large = `"${'ü'.repeat(8 * MB - 1)}"`;
  const heard = readTexts(ws, 2);
  ws.send(large);
  ws.send('"next"');
  const [first, second] = await heard;
  expect(first === large).toBe(true);
  expect(second).toBe('"next"');
});

test('a larger message is refused with the limit, from the program and from the browser', async () => {
  const reasons = expect.stringContaining('16 MiB');
  await startTestAgent(hub.url, 'p1', { program: mirror });
  const client = await opened();
  client.send('x'.repeat(16 * MB + 1));
  expect(await closing(client)).toEqual({ code: 4037, reason: reasons });
  const { program } = speaker([new Uint8Array(16 * MB + 1).fill(0x78)]);
  await startTestAgent(hub.url, 'p1', { program, connSeq: 2 });
  expect(await closing(await opened())).toEqual({ code: 4037, reason: reasons });
});

test('parts of a message are passed on before its end', async () => {
  const { program, sent } = speaker([new Uint8Array(MB).fill(0x78)]);
  await startTestAgent(hub.url, 'p1', { program });
  await opened();
  // The browser got credit for more than one window, and its message has not ended.
  await expect.poll(sent).toBe(MB);
});

test('a client that does not read pauses its browser, which is at most one window ahead', async () => {
  const message = Buffer.from(`"${'x'.repeat(8 * MB)}"\0`);
  const { program, sent } = speaker([message]);
  const agent = await startTestAgent(hub.url, 'p1', { program });
  const ws = await opened();
  ws.pause();
  for (let i = 0; i < 20; i++) await agent.leg.ping();
  expect(sent()).toBeLessThanOrEqual(WINDOW);
  const heard = readTexts(ws, 1);
  ws.resume();
  expect((await heard)[0]!.length).toBe(message.length - 1);
});

test('messages that the browser does not read wait at the client', async () => {
  let held = 0;
  const program: Program = () => ({
    data(bytes) {
      held += bytes.length;
    },
    closed() {},
  });
  await startTestAgent(hub.url, 'p1', { program });
  const ws = await opened();
  const message = 'x'.repeat(64 * KB);
  for (let sent = 0; sent < 64 * MB; sent += message.length) ws.send(message);
  await expect.poll(() => held).toBe(WINDOW);
  expect(ws.bufferedAmount).toBeGreaterThan(32 * MB);
});

test.each([
  ['a binary message', Buffer.from('{}'), 'Send text'],
  ['a message with a NUL', '{"a":"\0"}', 'NUL'],
])('%s is refused', async (_, message, reason) => {
  const over = Promise.withResolvers<ErrorCode>();
  await startTestAgent(hub.url, 'p1', { program: browser((text) => [text], over.resolve) });
  const ws = await opened();
  ws.send('{}');
  await readTexts(ws, 1);
  ws.send(message);
  expect(await closing(ws)).toEqual({ code: 4001, reason: expect.stringContaining(reason) });
  expect(await over.promise).toBe('BAD_REQUEST');
});

test("a view's ticket, a used one and one for another desktop are refused", async () => {
  await startTestAgent(hub.url, 'p1', { program: mirror });
  const url = desktopUrl(hub, 'cdp');
  await readTexts(await sent(url), 1);
  const wrong = [
    url,
    desktopUrl(hub, 'vnc').replace('/vnc/', '/cdp/'),
    desktopUrl(hub, 'cdp', { ticketFor: 'd-2' }),
  ];
  for (const each of wrong) expect((await closing(await connect(each))).code).toBe(4009);

  async function sent(to: string): Promise<WebSocket> {
    const ws = await connect(to);
    ws.send('{}');
    return ws;
  }
});

test('when the desktop ends, the socket closes with its code', async () => {
  const program: Program = (channel) => ({
    data: () => channel().end('SESSION_ENDED', 'The desktop was idle for 15 minutes.'),
    closed() {},
  });
  await startTestAgent(hub.url, 'p1', { program });
  const ws = await opened();
  ws.send('{}');
  expect(await closing(ws)).toEqual({ code: 4035, reason: 'The desktop was idle for 15 minutes.' });
});

test('when the hub stops, a program is told to connect again', async () => {
  await startTestAgent(hub.url, 'p1', { program: mirror });
  const ws = await opened();
  ws.send('{}');
  await readTexts(ws, 1);
  const closed = closing(ws);
  await hub.stop();
  expect((await closed).code).toBe(4022);
  hub = await startTestHub();
});

test("Playwright's connectOverCDP works unmodified", async () => {
  const asked: string[] = [];
  const program = browser((message) => {
    const { id, method, sessionId } = JSON.parse(message) as {
      id: number;
      method: string;
      sessionId?: string;
    };
    asked.push(method);
    const result = method === 'Browser.getVersion' ? { product: 'Chrome/150.0.0.0', userAgent: 'fake' } : {};
    return [JSON.stringify({ id, result, ...(sessionId !== undefined && { sessionId }) })];
  });
  await startTestAgent(hub.url, 'p1', { program });
  const remote = await chromium.connectOverCDP(desktopUrl(hub, 'cdp'));
  expect(remote.version()).toBe('150.0.0.0');
  expect(remote.contexts()).toHaveLength(1);
  expect(asked).toContain('Target.setAutoAttach');
  await remote.close();
  await expect.poll(() => hub.counts.open.cdp).toBe(0);
});
