/** A channel that may not be, or that breaks a rule, ends with its own code; the socket and a user beside it live on. */
import {
  ChannelKind,
  ERRORS,
  errorName,
  type Frame,
  type FrameOf,
  FrameType,
  packMeta,
} from '@unicore/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestAgent } from './testing/agent.ts';
import { type Beside, startBeside } from './testing/beside.ts';
import { openTerminal, startTestConsumer } from './testing/consumer.ts';
import { OPEN, startMallory } from './testing/mallory.ts';

let hub: Beside['hub'];
let agent: Beside['agent'];
let mallory: Beside['mallory'];
let unharmed: Beside['unharmed'];

beforeEach(async () => {
  ({ hub, agent, mallory, unharmed } = await startBeside());
});
afterEach(() => unharmed());

test('kinds that do not exist, and kinds that consumers may not open, are refused by name', async () => {
  for (const kind of [ChannelKind.control, ChannelKind.blob, ChannelKind.egress, 99]) {
    expect(await mallory.refused({ kind })).toMatchObject({ type: FrameType.RESET, code: 'KIND_UNKNOWN' });
  }
});

test('the VM of somebody else cannot be told from one that does not exist', async () => {
  const foreign = await mallory.refused({ meta: packMeta({ vmId: 'vm-bob' }) });
  const unknown = await mallory.refused({ meta: packMeta({ vmId: 'vm-xxx' }) });
  expect(foreign).toMatchObject({ type: FrameType.RESET, code: 'NOT_FOUND' });
  expect(foreign.message?.replace('vm-bob', '')).toBe(unknown.message?.replace('vm-xxx', ''));
});

test('a stopped VM is refused for good, a provider that is away for now', async () => {
  const stopped = await mallory.refused({ meta: packMeta({ vmId: 'vm-stopped' }) });
  expect(stopped).toMatchObject({ type: FrameType.RESET, code: 'VM_NOT_RUNNING' });
  const far = await mallory.refused({ meta: packMeta({ vmId: 'vm-far' }) });
  expect(far).toMatchObject({ type: FrameType.DETACHED, code: 'PROVIDER_UNREACHABLE' });
});

test('an OPEN that asks for something impossible is refused with the name of the field', async () => {
  const answer = await mallory.refused({ meta: packMeta({ vmId: 'vm-mallory', cols: 0 }) });
  expect(answer).toMatchObject({ type: FrameType.RESET, code: 'BAD_REQUEST' });
  expect(answer.message).toContain('OPEN.cols');
  expect(await mallory.refused({ meta: Uint8Array.of(0xc1) })).toMatchObject({ code: 'PROTOCOL_ERROR' });
  const long = packMeta({ vmId: 'vm-mallory', more: 'x'.repeat(2000) });
  expect(await mallory.refused({ meta: long })).toMatchObject({ code: 'BAD_REQUEST' });
});

test('rights that a consumer writes into an OPEN are replaced by those it has', async () => {
  const answer = mallory.answers();
  const forged = { user: 'bob', rights: 'write', vmId: 'vm-bob', gen: 9, kind: 'terminal' };
  mallory.send({ ...OPEN, auth: packMeta(forged), meta: packMeta({ vmId: 'vm-mallory', readOnly: true }) });
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
  const answer = mallory.answers(41);
  mallory.send({ type: FrameType.DATA, ch: 41, off: 0, bytes: Buffer.from('x') });
  expect(await answer.next()).toMatchObject({
    type: FrameType.RESET,
    code: ERRORS.CHANNEL_UNKNOWN.number,
  });
  expect(mallory.leg.up).toBe(true);
});

test('bytes beyond the credit end the channel before they reach the provider', async () => {
  const answer = mallory.answers();
  mallory.send(OPEN);
  const accept = (await answer.next()) as FrameOf<typeof FrameType.ACCEPT>;
  const frames = hub.counts.frames;
  mallory.send({ type: FrameType.DATA, ch: 1, off: accept.limit - 1, bytes: Buffer.from('ab') });
  expect(await answer.next()).toMatchObject({ type: FrameType.RESET, code: ERRORS.FLOW_VIOLATION.number });
  expect(hub.counts.frames).toBe(frames);
  expect(hub.counts.joined).toBe(1);
});

test('bytes before the channel was accepted end it, and the provider never hears of it', async () => {
  const answer = mallory.answers();
  const requests = agent.requests.length;
  mallory.send(OPEN, { type: FrameType.DATA, ch: 1, off: 0, bytes: Buffer.from('early') });
  expect(await answer.next()).toMatchObject({ type: FrameType.RESET, code: ERRORS.FLOW_VIOLATION.number });
  await mallory.leg.ping();
  await agent.leg.ping();
  expect(agent.requests.length).toBe(requests);
});

test('a flood of frames that cost no credit ends their channel before it fills the provider’s queue', async () => {
  const answer = mallory.answers();
  mallory.send(OPEN);
  expect((await answer.next()).type).toBe(FrameType.ACCEPT);
  const ack: Frame = { type: FrameType.ACK, ch: 1, consumed: 0, limit: 128 * 1024 };
  for (let i = 0; i < 100; i++) mallory.send(...Array.from({ length: 2000 }, () => ack));
  expect(await answer.next()).toMatchObject({ type: FrameType.RESET, code: ERRORS.RATE_LIMITED.number });
  expect(hub.counts.joined).toBe(1);
});

test('bytes that are said again and again end their channel before they fill the provider’s queue', async () => {
  const answer = mallory.answers();
  mallory.send(OPEN);
  expect((await answer.next()).type).toBe(FrameType.ACCEPT);
  const said: Frame = { type: FrameType.DATA, ch: 1, off: 0, bytes: Buffer.alloc(16 * 1024) };
  for (let i = 0; i < 100; i++) mallory.send(said);
  const codes: number[] = [];
  while (codes.length === 0) {
    const frame = await answer.next();
    if (frame.type === FrameType.RESET) codes.push(frame.code);
  }
  expect(codes).toEqual([ERRORS.RATE_LIMITED.number]);
});

test('a frame that claims few bytes and carries many is counted by what it carries', async () => {
  const answer = mallory.answers();
  mallory.send(OPEN);
  expect((await answer.next()).type).toBe(FrameType.ACCEPT);
  const bytes = Buffer.alloc(16 * 1024);
  const frame: Frame = { type: FrameType.DATAZ, ch: 1, off: 0, dictLen: 0, rawLen: 1, bytes };
  const frames = hub.counts.frames;
  for (let i = 0; i < 200; i++) mallory.send({ ...frame, off: i });
  expect(await answer.next()).toMatchObject({ type: FrameType.RESET });
  await mallory.leg.ping();
  expect(hub.counts.frames - frames).toBeLessThan(100);
});

test('a provider that repeats itself loses the channel, and its consumer no other', async () => {
  hub.vms.set('vm-parrot', { owner: 'mallory', providerId: 'p2', running: true });
  const bytes = Buffer.alloc(16 * 1024);
  const parrot = await startTestAgent(hub.url, 'p2', {
    handler: {
      open({ ch, attach }) {
        parrot.leg.send({ type: FrameType.ACCEPT, ch, attach, recvNext: 0, limit: 0, meta: packMeta({}) });
        for (let i = 0; i < 1000; i++) parrot.leg.send({ type: FrameType.DATA, ch, off: 0, bytes });
      },
    },
  });
  const own = openTerminal({ leg: () => mallory.leg, open: { vmId: 'vm-mallory' } });
  await own.attached;
  const heard = openTerminal({ leg: () => mallory.leg, open: { vmId: 'vm-parrot' } });
  expect((await heard.closed).code).toBe('RATE_LIMITED');
  own.write('here');
  expect(String(await own.received(4))).toBe('here');
});

test('who opens and leaves again and again makes a provider draw no more screens than two pages do', async () => {
  const before = agent.requests.length;
  const types: number[] = [];
  for (let i = 0; i < 190; i++) {
    const ch = 2 * i + 1;
    const answer = mallory.answers(ch);
    mallory.send({ ...OPEN, ch, epoch: Buffer.alloc(16, i) });
    types.push((await answer.next()).type);
    mallory.send({ type: FrameType.RESET, ch, code: 0, message: '' });
  }
  expect(types).toContain(FrameType.DETACHED);
  expect(agent.requests.length - before).toBeLessThan(170);
});

test('what a user may send at once is not won anew by a new socket', async () => {
  const far = (i: number) => ({
    ...OPEN,
    ch: 2 * i + 1,
    epoch: Buffer.alloc(16, i),
    meta: packMeta({ vmId: 'vm-far' }),
  });
  mallory.send(...Array.from({ length: 200 }, (_, i) => far(i)));
  await mallory.leg.ping();
  mallory.ws.close();
  await mallory.closed;
  await expect.poll(() => hub.counts.open.consumer).toBe(1);
  const again = await startMallory(hub.url);
  const codes = await Promise.all(
    Array.from({ length: 100 }, async (_, i) => {
      const answer = again.answers(2 * i + 1).next();
      again.send(far(i));
      return errorName(((await answer) as { code: number }).code);
    }),
  );
  expect(codes).toContain('RATE_LIMITED');
});

test('an OPEN that is taken back while it is judged opens nothing', async () => {
  const requests = agent.requests.length;
  mallory.send(OPEN, { type: FrameType.RESET, ch: 1, code: 0, message: '' });
  await mallory.leg.ping();
  await agent.leg.ping();
  expect(agent.requests.length).toBe(requests);
  expect(hub.counts.joined).toBe(1);
});

test('opening faster than any page does is refused for now', async () => {
  const epochs = Array.from({ length: 250 }, (_, i) => Buffer.alloc(16, i));
  const all = epochs.map((_, i) => mallory.answers(2 * i + 1).next());
  for (const [i, epoch] of epochs.entries()) {
    mallory.send({ ...OPEN, ch: 2 * i + 1, epoch, meta: packMeta({ vmId: 'vm-far' }) });
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
  expect(await now.attached).toMatchObject({ viewer: 'w1' });
});

test('64 channels come back on another socket, again and again, while the hub still holds the lost ones', async () => {
  let leg = mallory.leg;
  const terminals = Array.from({ length: 64 }, () =>
    openTerminal({ leg: () => leg, open: { vmId: 'vm-mallory' }, resume: true }),
  );
  await Promise.all(terminals.map(({ attached }) => attached));
  // Nothing says that a line is gone: the hub finds out by itself, in 25 s.
  for (let ws = mallory.ws, times = 1; times <= 3; times++) {
    ws.removeAllListeners('message');
    ({ ws, leg } = await startTestConsumer(hub.url, 'mallory'));
    for (const { opener } of terminals) opener.attach();
    for (const terminal of terminals) {
      terminal.write('still here');
      expect(String(await terminal.received(10 * times))).toBe('still here'.repeat(times));
    }
    expect(hub.counts.joined).toBeLessThanOrEqual(1 + 2 * 64);
  }
});

test('who gives credit for more than it reads loses the channel, and does not fill the hub', async () => {
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
  mallory.send({ ...OPEN, limit: Number.MAX_SAFE_INTEGER, meta: packMeta({ vmId: 'vm-flood' }) });
  await expect.poll(() => hub.counts.joined).toBe(2);
  await expect.poll(() => hub.counts.joined).toBe(1);
  const answers = mallory.answers();
  mallory.ws.resume();
  let answer = await answers.next();
  while (answer.type !== FrameType.DETACHED) answer = await answers.next();
  expect(answer.code).toBe(ERRORS.RATE_LIMITED.number);
  expect(accomplice.leg.up).toBe(true);
});
