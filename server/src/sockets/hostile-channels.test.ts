/**
 * A forbidden channel, or one that breaks a rule, ends with its own code. Its socket and other users are not affected.
 */
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
import { startWithBystander, type WithBystander } from './testing/bystander.ts';
import { OPEN, startHostileUser } from './testing/hostile-user.ts';
import { startTestAgent } from './testing/test-agent.ts';
import { openTerminal, startTestConsumer } from './testing/test-consumer.ts';

let hub: WithBystander['hub'];
let agent: WithBystander['agent'];
let mallory: WithBystander['mallory'];
let unharmed: WithBystander['unharmed'];

beforeEach(async () => {
  ({ hub, agent, mallory, unharmed } = await startWithBystander());
});
afterEach(() => unharmed());

test('unknown channel kinds, and those that consumers may not open, are refused with KIND_UNKNOWN', async () => {
  for (const kind of [ChannelKind.control, ChannelKind.tcp, ChannelKind.egress, 99]) {
    expect(await mallory.refused({ kind })).toMatchObject({ type: FrameType.RESET, code: 'KIND_UNKNOWN' });
  }
});

test("another user's VM and a missing one give the same answer", async () => {
  const foreign = await mallory.refused({ meta: packMeta({ vmId: 'vm-bob' }) });
  const unknown = await mallory.refused({ meta: packMeta({ vmId: 'vm-xxx' }) });
  expect(foreign).toMatchObject({ type: FrameType.RESET, code: 'NOT_FOUND' });
  expect(foreign.message?.replace('vm-bob', '')).toBe(unknown.message?.replace('vm-xxx', ''));
});

test('an OPEN for a stopped VM is reset, one for a disconnected provider is detached', async () => {
  const stopped = await mallory.refused({ meta: packMeta({ vmId: 'vm-stopped' }) });
  expect(stopped).toMatchObject({ type: FrameType.RESET, code: 'VM_NOT_RUNNING' });
  const far = await mallory.refused({ meta: packMeta({ vmId: 'vm-far' }) });
  expect(far).toMatchObject({ type: FrameType.DETACHED, code: 'PROVIDER_UNREACHABLE' });
});

test('an OPEN with invalid metadata is refused with the name of the field', async () => {
  const answer = await mallory.refused({ meta: packMeta({ vmId: 'vm-mallory', cols: 0 }) });
  expect(answer).toMatchObject({ type: FrameType.RESET, code: 'BAD_REQUEST' });
  expect(answer.message).toContain('OPEN.cols');
  expect(await mallory.refused({ meta: Uint8Array.of(0xc1) })).toMatchObject({ code: 'PROTOCOL_ERROR' });
  const long = packMeta({ vmId: 'vm-mallory', more: 'x'.repeat(2000) });
  expect(await mallory.refused({ meta: long })).toMatchObject({ code: 'BAD_REQUEST' });
});

test("the rights that a consumer puts in an OPEN are replaced by the user's own", async () => {
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

test('a frame for an unknown channel is answered with CHANNEL_UNKNOWN', async () => {
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

test('bytes before ACCEPT end the channel, and the provider never sees it', async () => {
  const answer = mallory.answers();
  const requests = agent.requests.length;
  mallory.send(OPEN, { type: FrameType.DATA, ch: 1, off: 0, bytes: Buffer.from('early') });
  expect(await answer.next()).toMatchObject({ type: FrameType.RESET, code: ERRORS.FLOW_VIOLATION.number });
  await mallory.leg.ping();
  await agent.leg.ping();
  expect(agent.requests.length).toBe(requests);
});

test("a flood of frames that cost no credit ends their channel before it fills the provider's queue", async () => {
  const answer = mallory.answers();
  mallory.send(OPEN);
  expect((await answer.next()).type).toBe(FrameType.ACCEPT);
  const ack: Frame = { type: FrameType.ACK, ch: 1, consumed: 0, limit: 128 * 1024 };
  for (let i = 0; i < 100; i++) mallory.send(...Array.from({ length: 2000 }, () => ack));
  expect(await answer.next()).toMatchObject({ type: FrameType.RESET, code: ERRORS.RATE_LIMITED.number });
  expect(hub.counts.joined).toBe(1);
});

test("a flood of repeated bytes ends their channel before it fills the provider's queue", async () => {
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

test('a frame that declares fewer bytes than it carries is counted by what it carries', async () => {
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

test('a provider that floods with repeated bytes loses only that channel', async () => {
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

test('a consumer that opens and closes channels in a loop makes a provider render only a limited number', async () => {
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

test("a new socket does not reset the user's rate limits", async () => {
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
  const again = await startHostileUser(hub.url);
  const codes = await Promise.all(
    Array.from({ length: 100 }, async (_, i) => {
      const answer = again.answers(2 * i + 1).next();
      again.send(far(i));
      return errorName(((await answer) as { code: number }).code);
    }),
  );
  expect(codes).toContain('RATE_LIMITED');
});

test('an OPEN that is withdrawn while it is authorised opens nothing', async () => {
  const requests = agent.requests.length;
  mallory.send(OPEN, { type: FrameType.RESET, ch: 1, code: 0, message: '' });
  await mallory.leg.ping();
  await agent.leg.ping();
  expect(agent.requests.length).toBe(requests);
  expect(hub.counts.joined).toBe(1);
});

test('OPENs above the rate limit are refused', async () => {
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

test('a user may have 64 channels on a provider, over all sockets', async () => {
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

test('64 channels can attach again on new sockets while the hub still holds their lost ones', async () => {
  let leg = mallory.leg;
  const terminals = Array.from({ length: 64 }, () =>
    openTerminal({ leg: () => leg, open: { vmId: 'vm-mallory' }, resume: true }),
  );
  await Promise.all(terminals.map(({ attached }) => attached));
  // A dead connection is not announced: the hub notices it only after 25 s.
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

test('a consumer that gives credit but does not read loses the channel before it fills the hub', async () => {
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
