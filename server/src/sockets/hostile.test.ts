/** Every peer that breaks a rule gets its own code and a sentence, and a user beside it on the same provider notices nothing. */
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import {
  ChannelKind,
  decode,
  ERRORS,
  encode,
  errorName,
  type Frame,
  type FrameOf,
  FrameType,
  type Leg,
  packMeta,
  unpackMeta,
} from '@unicore/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SUBPROTOCOL } from './endpoint.ts';
import { BEAT, startTestAgent, type TestAgent } from './testing/agent.ts';
import { openTerminal, startTestConsumer, type TestTerminal } from './testing/consumer.ts';
import { closing, connect, type Dialled } from './testing/dial.ts';
import { startTestHub, type TestHub } from './testing/hub.ts';

const OPEN: FrameOf<typeof FrameType.OPEN> = {
  type: FrameType.OPEN,
  ch: 1,
  epoch: new Uint8Array(16).fill(7),
  attach: 1,
  kind: ChannelKind.terminal,
  recvNext: 0,
  limit: 128 * 1024,
  mustExist: false,
  auth: new Uint8Array(0),
  meta: packMeta({ vmId: 'vm-mallory' }),
};

let hub: TestHub;
let agent: TestAgent;
let neighbour: TestTerminal;
let mallory: Dialled;

beforeEach(async () => {
  hub = await startTestHub();
  hub.vms.set('vm-bob', { owner: 'bob', providerId: 'p1', running: true });
  hub.vms.set('vm-mallory', { owner: 'mallory', providerId: 'p1', running: true });
  hub.vms.set('vm-stopped', { owner: 'mallory', providerId: 'p1', running: false });
  hub.vms.set('vm-far', { owner: 'mallory', providerId: 'p9', running: true });
  agent = await startTestAgent(hub.url, 'p1');
  const bob = await startTestConsumer(hub.url, 'bob');
  neighbour = openTerminal({ leg: () => bob.leg, open: { vmId: 'vm-bob' } });
  await neighbour.attached;
  mallory = await startTestConsumer(hub.url, 'mallory');
});

afterEach(async () => {
  neighbour.write('still here');
  expect(String(await neighbour.received(10))).toBe('still here');
  expect(neighbour.detached).toEqual([]);
  expect(agent.leg.up).toBe(true);
  await hub.stop();
});

/** Sends frames past all the checks of our own client. */
function send(...frames: Frame[]): void {
  mallory.ws.send(Buffer.concat(frames.map(encode)));
}

/** What comes back on a channel number, one by one. */
function answers(leg: Leg, ch = 1): { next(): Promise<Frame> } {
  const come: Frame[] = [];
  const wanted: ((frame: Frame) => void)[] = [];
  leg.bind(ch, {
    receive(_type, message, start) {
      const { frame } = decode(message, start);
      const want = wanted.shift();
      if (want) want(frame);
      else come.push(frame);
    },
    lost() {},
  });
  return {
    next() {
      const frame = come.shift();
      return frame ? Promise.resolve(frame) : new Promise((done) => wanted.push(done));
    },
  };
}

/** The code and message by which an OPEN is refused. */
async function refused(
  open: Partial<typeof OPEN>,
): Promise<{ type: number; code: string; message?: string }> {
  const answer = answers(mallory.leg);
  send({ ...OPEN, ...open });
  const frame = await answer.next();
  if (frame.type !== FrameType.RESET && frame.type !== FrameType.DETACHED)
    throw new Error(`type ${frame.type}`);
  return { ...frame, code: errorName(frame.code) };
}

test('bytes that are no frame close their own socket', async () => {
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

test('a message over the limit is told to be too big, however large it is', async () => {
  mallory.ws.send(Buffer.alloc(64 * 1024 + 1));
  expect((await mallory.closed).code).toBe('MESSAGE_TOO_BIG');
  const again = await startTestConsumer(hub.url, 'mallory');
  again.ws.send(Buffer.alloc(20 * 1024 * 1024));
  expect((await again.closed).code).toBe('MESSAGE_TOO_BIG');
});

test('bytes that are no WebSocket frames end the connection and nothing else', async () => {
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

test('a socket that does not start with HELLO is closed', async () => {
  for (const path of ['/consumer', '/provider']) {
    const ws = await connect(hub.url + path, { protocols: [SUBPROTOCOL] });
    ws.send(encode(OPEN));
    expect((await closing(ws)).code).toBe(4011);
  }
});

test('kinds that do not exist, and kinds that consumers may not open, are refused by name', async () => {
  for (const kind of [ChannelKind.control, ChannelKind.blob, ChannelKind.egress, 99]) {
    expect(await refused({ kind })).toMatchObject({ type: FrameType.RESET, code: 'KIND_UNKNOWN' });
  }
});

test('the VM of somebody else cannot be told from one that does not exist', async () => {
  const foreign = await refused({ meta: packMeta({ vmId: 'vm-bob' }) });
  const unknown = await refused({ meta: packMeta({ vmId: 'vm-xxx' }) });
  expect(foreign).toMatchObject({ type: FrameType.RESET, code: 'NOT_FOUND' });
  expect(foreign.message?.replace('vm-bob', '')).toBe(unknown.message?.replace('vm-xxx', ''));
});

test('a stopped VM is refused for good, a provider that is away for now', async () => {
  const stopped = await refused({ meta: packMeta({ vmId: 'vm-stopped' }) });
  expect(stopped).toMatchObject({ type: FrameType.RESET, code: 'VM_NOT_RUNNING' });
  const far = await refused({ meta: packMeta({ vmId: 'vm-far' }) });
  expect(far).toMatchObject({ type: FrameType.DETACHED, code: 'PROVIDER_UNREACHABLE' });
});

test('an OPEN that asks for something impossible is refused with the name of the field', async () => {
  const answer = await refused({ meta: packMeta({ vmId: 'vm-mallory', cols: 0 }) });
  expect(answer).toMatchObject({ type: FrameType.RESET, code: 'BAD_REQUEST' });
  expect(answer.message).toContain('OPEN.cols');
  expect(await refused({ meta: Uint8Array.of(0xc1) })).toMatchObject({ code: 'PROTOCOL_ERROR' });
  const long = packMeta({ vmId: 'vm-mallory', more: 'x'.repeat(2000) });
  expect(await refused({ meta: long })).toMatchObject({ code: 'BAD_REQUEST' });
});

test('rights that a consumer writes into an OPEN are replaced by those it has', async () => {
  const answer = answers(mallory.leg);
  const forged = { user: 'bob', rights: 'write', vmId: 'vm-bob', gen: 9, kind: 'terminal' };
  send({ ...OPEN, auth: packMeta(forged), meta: packMeta({ vmId: 'vm-mallory', readOnly: true }) });
  expect((await answer.next()).type).toBe(FrameType.ACCEPT);
  expect(agent.requests.at(-1)!.auth).toEqual({
    user: 'mallory',
    rights: 'read',
    vmId: 'vm-mallory',
    gen: 1,
    kind: 'terminal',
  });
});

test('a frame for a channel that is not there is answered with CHANNEL_UNKNOWN', async () => {
  const answer = answers(mallory.leg, 41);
  send({ type: FrameType.DATA, ch: 41, off: 0, bytes: Buffer.from('x') });
  expect(await answer.next()).toMatchObject({
    type: FrameType.RESET,
    code: ERRORS.CHANNEL_UNKNOWN.number,
  });
  expect(mallory.leg.up).toBe(true);
});

test('bytes beyond the credit end the channel before they reach the provider', async () => {
  const answer = answers(mallory.leg);
  send(OPEN);
  const accept = (await answer.next()) as FrameOf<typeof FrameType.ACCEPT>;
  const frames = hub.counts.frames;
  send({ type: FrameType.DATA, ch: 1, off: accept.limit - 1, bytes: Buffer.from('ab') });
  expect(await answer.next()).toMatchObject({ type: FrameType.RESET, code: ERRORS.FLOW_VIOLATION.number });
  expect(hub.counts.frames).toBe(frames);
  expect(hub.counts.joined).toBe(1);
});

test('bytes before the channel was accepted end it, and the provider never hears of it', async () => {
  const answer = answers(mallory.leg);
  const requests = agent.requests.length;
  send(OPEN, { type: FrameType.DATA, ch: 1, off: 0, bytes: Buffer.from('early') });
  expect(await answer.next()).toMatchObject({ type: FrameType.RESET, code: ERRORS.FLOW_VIOLATION.number });
  await mallory.leg.ping();
  await agent.leg.ping();
  expect(agent.requests.length).toBe(requests);
});

test('a flood of frames that cost no credit ends their channel before it fills the provider’s queue', async () => {
  const answer = answers(mallory.leg);
  send(OPEN);
  expect((await answer.next()).type).toBe(FrameType.ACCEPT);
  const ack: Frame = { type: FrameType.ACK, ch: 1, consumed: 0, limit: 128 * 1024 };
  for (let i = 0; i < 100; i++) send(...Array.from({ length: 2000 }, () => ack));
  expect(await answer.next()).toMatchObject({ type: FrameType.RESET, code: ERRORS.RATE_LIMITED.number });
  expect(hub.counts.joined).toBe(1);
});

test('an OPEN that is taken back while it is judged opens nothing', async () => {
  const requests = agent.requests.length;
  send(OPEN, { type: FrameType.RESET, ch: 1, code: 0, message: '' });
  await mallory.leg.ping();
  await agent.leg.ping();
  expect(agent.requests.length).toBe(requests);
  expect(hub.counts.joined).toBe(1);
});

test('opening faster than any page does is refused for now', async () => {
  const epochs = Array.from({ length: 250 }, (_, i) => Buffer.alloc(16, i));
  const all = epochs.map((_, i) => answers(mallory.leg, 2 * i + 1).next());
  for (const [i, epoch] of epochs.entries()) {
    send({ ...OPEN, ch: 2 * i + 1, epoch, meta: packMeta({ vmId: 'vm-far' }) });
  }
  const codes = (await Promise.all(all)).map((frame) => errorName((frame as { code: number }).code));
  const limited = codes.filter((code) => code === 'RATE_LIMITED');
  expect(limited.length).toBeGreaterThan(0);
  expect(limited.length).toBeLessThanOrEqual(50);
});

test('one user has at most 64 channels on a provider, over all sockets', async () => {
  const other = await startTestConsumer(hub.url, 'mallory');
  const terminals = Array.from({ length: 64 }, (_, i) =>
    openTerminal({ leg: () => (i % 2 ? other : mallory).leg, open: { vmId: 'vm-mallory' } }),
  );
  await Promise.all(terminals.map(({ attached }) => attached));
  const late = openTerminal({ leg: () => other.leg, open: { vmId: 'vm-mallory' } });
  expect((await late.closed).code).toBe('TOO_MANY_CHANNELS');
  terminals[0]!.opener.reset('OK', '');
  await expect.poll(() => hub.counts.joined).toBe(64);
  const now = openTerminal({ leg: () => other.leg, open: { vmId: 'vm-mallory' } });
  expect(unpackMeta(packMeta(await now.attached))).toMatchObject({ viewer: 'w1' });
});

test('who gives credit for more than it reads is closed, and does not fill the hub', async () => {
  hub.vms.set('vm-flood', { owner: 'mallory', providerId: 'p2', running: true });
  const chunk = Buffer.alloc(16 * 1024);
  const accomplice = await startTestAgent(hub.url, 'p2', {
    handler: {
      open({ ch, attach }) {
        accomplice.leg.send({
          type: FrameType.ACCEPT,
          ch,
          attach,
          recvNext: 0,
          limit: 0,
          meta: packMeta({}),
        });
        for (let off = 0; off < 64 * 1024 * 1024; off += chunk.length) {
          accomplice.leg.send({ type: FrameType.DATA, ch, off, bytes: chunk });
        }
      },
    },
  });
  mallory.ws.pause();
  send({ ...OPEN, limit: Number.MAX_SAFE_INTEGER, meta: packMeta({ vmId: 'vm-flood' }) });
  await expect.poll(() => hub.counts.joined).toBe(2);
  await expect.poll(() => hub.counts.joined).toBe(1);
  mallory.ws.resume();
  expect((await mallory.closed).code).toBe('FLOW_VIOLATION');
  expect(accomplice.leg.up).toBe(true);
});
