import { afterEach, beforeEach, expect, test } from 'vitest';
import { closing, connect } from '../sockets/testing/dial-leg.ts';
import { echo, flood, type Program, pattern, startTestAgent } from '../sockets/testing/test-agent.ts';
import { identity, ORIGIN, startTestHub, type TestHub } from '../sockets/testing/test-hub.ts';
import { readBytes } from './testing/raw-client.ts';

const MB = 1024 * 1024;
/**
 * Maximum time for something that happens at once, even on a busy machine, ms. It is below the 20 s after
 * which a silent client is noticed at the earliest.
 */
const AT_ONCE_MS = 10_000;

let hub: TestHub;
let issued = 0;

beforeEach(async () => {
  hub = await startTestHub();
  hub.vms.set('vm-a', { owner: 'alice', providerId: 'p1', running: true });
});
afterEach(() => hub.stop());

/** The URL that vm.connect would return, with a new ticket. */
function terminalUrl(query: Record<string, string> = {}, readOnly = false): string {
  const ticket = `ticket-${++issued}`;
  const { vmId = 'vm-a', terminalId = 'main' } = query;
  hub.tickets.set(ticket, { vmId, terminalId, identity: identity('alice'), readOnly });
  return `${hub.url}/terminal?${new URLSearchParams({ vmId, terminalId, ticket, cols: '80', rows: '24', ...query })}`;
}

test('text and binary messages are both input, output is binary', async () => {
  await startTestAgent(hub.url, 'p1');
  const ws = await connect(terminalUrl());
  ws.send('ls ');
  ws.send(Buffer.from('-la\r'));
  expect(String(await readBytes(ws, 7))).toBe('ls -la\r');
});

test('the agent gets the terminal, its size and the user of the ticket', async () => {
  const agent = await startTestAgent(hub.url, 'p1');
  await connect(terminalUrl({ terminalId: 'build', cols: '132', rows: '43' }));
  await expect.poll(() => agent.requests.length).toBe(1);
  expect(agent.requests[0]).toMatchObject({
    kind: 'terminal',
    auth: { user: 'alice', rights: 'write', vmId: 'vm-a' },
    meta: { vmId: 'vm-a', terminalId: 'build', cols: 132, rows: 43, readOnly: false },
  });
});

test("the hub's own pages may connect too", async () => {
  await startTestAgent(hub.url, 'p1');
  const ws = await connect(terminalUrl(), { headers: { origin: ORIGIN } });
  ws.send('x');
  expect(String(await readBytes(ws, 1))).toBe('x');
});

test('a socket with a wrong, missing or used ticket, or one for another VM, closes with 4009', async () => {
  await startTestAgent(hub.url, 'p1');
  const url = terminalUrl();
  const first = await connect(url);
  first.send('x');
  await readBytes(first, 1);
  const wrong = [
    url,
    `${hub.url}/terminal?vmId=vm-a&ticket=guess`,
    `${hub.url}/terminal?vmId=vm-a`,
    terminalUrl().replace('vmId=vm-a', 'vmId=vm-b'),
  ];
  for (const each of wrong) {
    const { code, reason } = await closing(await connect(each));
    expect(code).toBe(4009);
    expect(reason).toContain('vm.connect');
  }
});

test('an invalid size is refused with the name of the field', async () => {
  const { code, reason } = await closing(await connect(terminalUrl({ cols: '0' })));
  expect(code).toBe(4001);
  expect(reason).toContain('query.cols');
});

test('a stopped VM and a disconnected provider each close the socket with their own code', async () => {
  expect((await closing(await connect(terminalUrl()))).code).toBe(4007);
  hub.vms.set('vm-a', { owner: 'alice', providerId: 'p1', running: false });
  const { code, reason } = await closing(await connect(terminalUrl()));
  expect([code, reason]).toEqual([4006, 'Start the VM first.']);
});

test("when the shell exits, its last output arrives and the socket closes with 1000 and the shell's message", async () => {
  await startTestAgent(hub.url, 'p1', { program: flood(3 * MB) });
  const ws = await connect(terminalUrl());
  const closed = closing(ws);
  expect((await readBytes(ws, 3 * MB)).equals(pattern(0, 3 * MB))).toBe(true);
  expect(await closed).toEqual({ code: 1000, reason: 'that was all' });
});

test("a raw socket closes with LEG_LOST when its provider's socket is lost", async () => {
  const agent = await startTestAgent(hub.url, 'p1');
  const ws = await connect(terminalUrl());
  ws.send('x');
  await readBytes(ws, 1);
  agent.ws.terminate();
  expect((await closing(ws)).code).toBe(4023);
});

test("signing out closes that session's raw sockets with its own code", async () => {
  await startTestAgent(hub.url, 'p1');
  const ws = await connect(terminalUrl());
  ws.send('x');
  await readBytes(ws, 1);
  hub.relay.closeSession('s-alice', 'UNAUTHENTICATED', 'You signed out.');
  expect(await closing(ws)).toEqual({ code: 4002, reason: 'You signed out.' });
});

test('when a client disconnects, its channel at the agent ends at once', async () => {
  const over = Promise.withResolvers<string>();
  const program: Program = (channel, request) => ({ ...echo(channel, request), closed: over.resolve });
  await startTestAgent(hub.url, 'p1', { program });
  const ws = await connect(terminalUrl());
  ws.send('x');
  await readBytes(ws, 1);
  ws.terminate();
  expect(await over.promise).toBe('OK');
  await expect.poll(() => hub.counts.joined, { timeout: AT_ONCE_MS }).toBe(0);
  expect(hub.counts.open.terminal).toBe(0);
});

test('a paste of 4 MB in one message arrives whole; a larger one is refused as too big', async () => {
  const got = Promise.withResolvers<Buffer>();
  const pieces: Uint8Array[] = [];
  let size = 0;
  const program: Program = (channel) => ({
    data(bytes) {
      pieces.push(bytes.slice());
      size += bytes.length;
      channel().consumed(bytes.length);
      if (size === 4 * MB) got.resolve(Buffer.concat(pieces));
    },
    closed() {},
  });
  await startTestAgent(hub.url, 'p1', { program });
  const ws = await connect(terminalUrl());
  ws.send(pattern(0, 4 * MB));
  expect((await got.promise).equals(pattern(0, 4 * MB))).toBe(true);
  ws.send(Buffer.alloc(4 * MB + 1));
  expect((await closing(ws)).code).toBe(4012);
});

test('input that the terminal does not read waits at the client until the terminal reads again', async () => {
  let release = () => {};
  let held = 0;
  let reading = false;
  const size = 64 * MB;
  const done = Promise.withResolvers<void>();
  const program: Program = (channel) => {
    let total = 0;
    release = () => {
      reading = true;
      channel().consumed(held);
    };
    return {
      data(bytes) {
        total += bytes.length;
        if (reading) channel().consumed(bytes.length);
        else held += bytes.length;
        if (total === size) done.resolve();
      },
      closed() {},
    };
  };
  await startTestAgent(hub.url, 'p1', { program });
  const ws = await connect(terminalUrl());
  const chunk = Buffer.alloc(64 * 1024);
  for (let sent = 0; sent < size; sent += chunk.length) ws.send(chunk);
  await expect.poll(() => held).toBe(128 * 1024);
  // The remaining bytes are still at the client. They fit neither into the terminal's window nor into the
  // queue of the hub nor into the kernel's buffers.
  expect(ws.bufferedAmount).toBeGreaterThan(size / 2);
  release();
  await done.promise;
});

test('a client that does not read pauses its terminal, and gets everything when it reads again', async () => {
  let sent = 0;
  const program: Program = (channel, request) => {
    const handler = flood(64 * MB)(channel, request);
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
  const ws = await connect(terminalUrl());
  ws.pause();
  const before = sent;
  for (let i = 0; i < 20; i++) await agent.leg.ping();
  // Without receipts, the kernel would accept megabytes on loopback.
  expect(sent - before).toBeLessThanOrEqual(128 * 1024);
  let got = 0;
  ws.on('message', (message: Buffer) => {
    got += message.length;
  });
  ws.resume();
  await readBytes(ws, 8 * MB);
  ws.pause();
  for (let i = 0; i < 20; i++) await agent.leg.ping();
  // Even a client that has read fast gets no more than one window in advance.
  expect(sent - got).toBeLessThanOrEqual(128 * 1024);
  ws.resume();
  await readBytes(ws, 64 * MB - got);
});

test('with a read-only ticket, input is dropped', async () => {
  const agent = await startTestAgent(hub.url, 'p1');
  const ws = await connect(terminalUrl({}, true));
  ws.send('rm -rf');
  await expect.poll(() => agent.requests.length).toBe(1);
  expect(agent.requests[0]!.auth).toMatchObject({ rights: 'read' });
  const closed = closing(ws);
  let output = 0;
  ws.on('message', () => output++);
  ws.close();
  await closed;
  expect(output).toBe(0);
});
