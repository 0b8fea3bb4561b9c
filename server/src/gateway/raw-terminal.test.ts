import { afterEach, beforeEach, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { closing, connect } from '../sockets/testing/dial-leg.ts';
import { echo, flood, type Program, pattern, startTestAgent } from '../sockets/testing/test-agent.ts';
import { identity, ORIGIN, startTestHub, type TestHub } from '../sockets/testing/test-hub.ts';

const MB = 1024 * 1024;

let hub: TestHub;
let issued = 0;

beforeEach(async () => {
  hub = await startTestHub();
  hub.vms.set('vm-a', { owner: 'alice', providerId: 'p1', running: true });
});
afterEach(() => hub.stop());

/** The URL that vm.connect would return, with a fresh ticket. */
function terminalUrl(query: Record<string, string> = {}, readOnly = false): string {
  const ticket = `ticket-${++issued}`;
  const { vmId = 'vm-a', terminalId = 'main' } = query;
  hub.tickets.set(ticket, { vmId, terminalId, identity: identity('alice'), readOnly });
  return `${hub.url}/terminal?${new URLSearchParams({ vmId, terminalId, ticket, cols: '80', rows: '24', ...query })}`;
}

/** Gathers binary messages until this many bytes are here. */
function read(ws: WebSocket, bytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  return new Promise((done) => {
    const take = (message: Buffer, isBinary: boolean) => {
      expect(isBinary).toBe(true);
      pieces.push(message);
      size += message.length;
      if (size < bytes) return;
      ws.off('message', take);
      done(Buffer.concat(pieces));
    };
    ws.on('message', take);
  });
}

test('text and binary messages are both input, output is binary', async () => {
  await startTestAgent(hub.url, 'p1');
  const ws = await connect(terminalUrl());
  ws.send('ls ');
  ws.send(Buffer.from('-la\r'));
  expect(String(await read(ws, 7))).toBe('ls -la\r');
});

test('the agent is told the terminal, the size and the user that the ticket was made for', async () => {
  const agent = await startTestAgent(hub.url, 'p1');
  await connect(terminalUrl({ terminalId: 'build', cols: '132', rows: '43' }));
  await expect.poll(() => agent.requests.length).toBe(1);
  expect(agent.requests[0]).toMatchObject({
    kind: 'terminal',
    auth: { user: 'alice', rights: 'write', vmId: 'vm-a' },
    meta: { vmId: 'vm-a', terminalId: 'build', cols: 132, rows: 43, readOnly: false },
  });
});

test('a page of ours may connect, too', async () => {
  await startTestAgent(hub.url, 'p1');
  const ws = await connect(terminalUrl(), { headers: { origin: ORIGIN } });
  ws.send('x');
  expect(String(await read(ws, 1))).toBe('x');
});

test('a ticket that is wrong, missing, for another VM or used already closes with 4009', async () => {
  await startTestAgent(hub.url, 'p1');
  const url = terminalUrl();
  const first = await connect(url);
  first.send('x');
  await read(first, 1);
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

test('a size that is none is refused with the name of the field', async () => {
  const { code, reason } = await closing(await connect(terminalUrl({ cols: '0' })));
  expect(code).toBe(4001);
  expect(reason).toContain('query.cols');
});

test('a stopped VM and a provider that is away each close with their own code', async () => {
  expect((await closing(await connect(terminalUrl()))).code).toBe(4007);
  hub.vms.set('vm-a', { owner: 'alice', providerId: 'p1', running: false });
  const { code, reason } = await closing(await connect(terminalUrl()));
  expect([code, reason]).toEqual([4006, 'Start the VM first.']);
});

test('when the shell exits, its last output arrives and the socket closes with 1000 and its message', async () => {
  await startTestAgent(hub.url, 'p1', { program: flood(3 * MB) });
  const ws = await connect(terminalUrl());
  const closed = closing(ws);
  expect((await read(ws, 3 * MB)).equals(pattern(0, 3 * MB))).toBe(true);
  expect(await closed).toEqual({ code: 1000, reason: 'that was all' });
});

test('a raw socket does not outlive its provider’s socket: it closes with LEG_LOST', async () => {
  const agent = await startTestAgent(hub.url, 'p1');
  const ws = await connect(terminalUrl());
  ws.send('x');
  await read(ws, 1);
  agent.ws.terminate();
  expect((await closing(ws)).code).toBe(4023);
});

test('signing out closes the raw sockets of that session with its own code', async () => {
  await startTestAgent(hub.url, 'p1');
  const ws = await connect(terminalUrl());
  ws.send('x');
  await read(ws, 1);
  hub.relay.closeSession('s-alice', 'UNAUTHENTICATED', 'You signed out.');
  expect(await closing(ws)).toEqual({ code: 4002, reason: 'You signed out.' });
});

test('a client that goes away ends its channel at the agent at once', async () => {
  const over = Promise.withResolvers<string>();
  const program: Program = (channel, request) => ({ ...echo(channel, request), closed: over.resolve });
  await startTestAgent(hub.url, 'p1', { program });
  const ws = await connect(terminalUrl());
  ws.send('x');
  await read(ws, 1);
  ws.terminate();
  expect(await over.promise).toBe('OK');
  await expect.poll(() => hub.counts.joined).toBe(0);
  expect(hub.counts.open.terminal).toBe(0);
});

test('a paste of 4 MB in one message arrives whole; a larger one is told to be too big', async () => {
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

test('input that the terminal does not read stays with the client, and goes on when it does', async () => {
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
  // What is neither in the terminal's window, nor in the hub's queue, nor in the kernel, is still here.
  expect(ws.bufferedAmount).toBeGreaterThan(size / 2);
  release();
  await done.promise;
});

test('a client that does not read makes its terminal wait, and gets everything when it reads again', async () => {
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
  // The kernel would take megabytes on loopback.
  expect(sent - before).toBeLessThanOrEqual(128 * 1024);
  let got = 0;
  ws.on('message', (message: Buffer) => {
    got += message.length;
  });
  ws.resume();
  await read(ws, 8 * MB);
  ws.pause();
  for (let i = 0; i < 20; i++) await agent.leg.ping();
  // It has read fast, and may have no more on the way for that.
  expect(sent - got).toBeLessThanOrEqual(128 * 1024);
  ws.resume();
  await read(ws, 64 * MB - got);
});

test('a read-only ticket makes a viewer whose input goes nowhere', async () => {
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
