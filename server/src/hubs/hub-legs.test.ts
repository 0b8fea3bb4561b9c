/**
 * Tests two hubs whose messages through the backplane get lost. Both hubs notice a loss, and the leg ends at
 * both hubs.
 */
import { encode, FrameType, type Leg, type Port, UniCoreError } from '@unicore/protocol';
import { SimClock } from '@unicore/protocol/sim';
import { SAMPLES } from '@unicore/protocol/testing';
import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import { LocalWorld } from '../backplane/index.ts';
import { NO_METER } from '../testing/meter.ts';
import type { HubDialer } from './hub-dialer.ts';
import { HubLegs } from './hub-legs.ts';
import { PostOffice } from './post-office.ts';
import { type LossyBackplane, lossyBackplane } from './testing/lossy-backplane.ts';

const DOWN = new UniCoreError('BACKPLANE_DOWN', 'Redis is away.');

interface TestHub {
  lossy: LossyBackplane;
  legs: HubLegs;
  post: PostOffice;
  /** Legs on which another hub has opened a channel. */
  opened: Leg[];
}

let clock: SimClock;
let world: LocalWorld;
let a: TestHub;
let b: TestHub;

beforeEach(async () => {
  clock = new SimClock();
  world = new LocalWorld(clock);
  a = await hub();
  b = await hub();
});

async function hub(): Promise<TestHub> {
  const plane = lossyBackplane(world.join());
  const opened: Leg[] = [];
  const log = pino({ level: 'silent' });
  const post = new PostOffice({
    backplane: plane.plane,
    clock,
    log,
    meter: NO_METER,
    opened: (leg) => opened.push(leg),
    accepted: (leg) => legs.accepted(leg, 'mail'),
  });
  const legs = new HubLegs({ clock, log, meter: NO_METER, ways: [post] });
  await plane.plane.start({ mail: (bytes) => post.deliver(bytes), news() {}, interrupted() {} });
  return { lossy: plane, legs, post, opened };
}

/** A leg from hub a to hub b as each hub sees it, with a channel at both ends. */
async function connect() {
  const dialled = a.legs.to(b.lossy.plane.hub);
  await clock.advance(1);
  const near = await dialled;
  const got: Uint8Array[] = [];
  const lost: string[] = [];
  const port = (name: string): Port => ({
    receive: (_type, message, start, end) => got.push(message.slice(start, end)),
    lost: (code) => lost.push(`${name} ${code}`),
  });
  const ch = near.allocate();
  near.bind(ch, port('near'));
  near.send({ ...SAMPLES[FrameType.OPEN], ch });
  await clock.advance(1);
  const far = b.opened[0]!;
  far.bind(ch, port('far'));
  return { near, far, ch, got, lost };
}

const data = (ch: number, off: number, size = 10) =>
  encode({ type: FrameType.DATA, ch, off, bytes: new Uint8Array(size).fill(off) });

test('all calls for the same hub share one leg', async () => {
  const [one, two] = [a.legs.to(b.lossy.plane.hub), a.legs.to(b.lossy.plane.hub)];
  await clock.advance(1);
  expect(await one).toBe(await two);
  expect([a.legs.size, b.legs.size]).toEqual([1, 1]);
});

test('each hub may dial the other', async () => {
  const [one, two] = [a.legs.to(b.lossy.plane.hub), b.legs.to(a.lossy.plane.hub)];
  await clock.advance(1);
  expect((await one).up && (await two).up).toBe(true);
  expect([a.legs.size, b.legs.size]).toEqual([2, 2]);
});

test('an idle leg stays up on two heartbeats per second from each side', async () => {
  const { near, far } = await connect();
  const before = a.lossy.mails;
  await clock.advance(60_000);
  expect([near.up, far.up]).toEqual([true, true]);
  expect(a.lossy.mails - before).toBeLessThan(150);
});

test('a lost message is noticed with the next one, and the leg ends at both hubs', async () => {
  const { near, far, ch, lost } = await connect();
  a.lossy.fate = () => 'lost';
  near.forward(data(ch, 1));
  await clock.advance(1);
  a.lossy.fate = () => 'arrives';
  near.forward(data(ch, 2));
  await clock.advance(1);
  expect([near.open, far.open]).toEqual([false, false]);
  expect(lost.sort()).toEqual(['far LEG_LOST', 'near LEG_LOST']);
});

test('the loss of the last message is noticed with the next heartbeat', async () => {
  const { near, ch, lost } = await connect();
  a.lossy.fate = () => 'lost';
  near.forward(data(ch, 1));
  await clock.advance(1);
  a.lossy.fate = () => 'arrives';
  await clock.advance(600);
  expect(lost).toHaveLength(2);
});

test('a hub that vanished silently is noticed after three missed heartbeats', async () => {
  const { near, lost } = await connect();
  b.lossy.fate = () => 'lost';
  a.lossy.fate = () => 'lost';
  await clock.advance(1_400);
  expect(near.up).toBe(true);
  await clock.advance(700);
  expect(lost.sort()).toEqual(['far LEG_LOST', 'near LEG_LOST']);
});

test('a hub that the backplane knows to be gone is noticed with the next heartbeat', async () => {
  const { lost } = await connect();
  a.lossy.fate = () => 'nobody';
  await clock.advance(500);
  expect(lost).toContain('near LEG_LOST');
});

test('a backplane that refuses messages ends the legs, and a dial rejects with the reason', async () => {
  const { lost } = await connect();
  a.lossy.fate = () => DOWN;
  await clock.advance(600);
  expect(lost).toContain('near LEG_LOST');
  const dialled = expect(a.legs.to(b.lossy.plane.hub)).rejects.toMatchObject({ code: 'BACKPLANE_DOWN' });
  await clock.advance(600);
  await dialled;
});

test('a dial to a hub that does not answer rejects within seconds, and can be repeated', async () => {
  b.lossy.fate = () => 'lost';
  const refused = expect(a.legs.to(b.lossy.plane.hub)).rejects.toMatchObject({ code: 'PEER_SILENT' });
  await clock.advance(2_100);
  await refused;
  b.lossy.fate = () => 'arrives';
  const dialled = a.legs.to(b.lossy.plane.hub);
  await clock.advance(1);
  expect((await dialled).up).toBe(true);
  expect([a.legs.size, b.legs.size]).toEqual([1, 1]);
});

test('a leg that one hub has closed ends at the other as soon as it sends anything', async () => {
  const { near, far, ch } = await connect();
  b.lossy.fate = () => 'lost';
  far.close('LEG_LOST', 'forgotten');
  b.lossy.fate = () => 'arrives';
  near.forward(data(ch, 1));
  await clock.advance(1);
  expect(near.open).toBe(false);
});

test('a hub that stood still reads its waiting messages before it declares others silent', async () => {
  const { near, far } = await connect();
  // Simulates a process that is blocked for some time: its messages are held back.
  const held: Buffer[] = [];
  b.lossy.fate = (mail) => {
    held.push(Buffer.from(mail));
    return 'lost';
  };
  await clock.advance(1_000);
  b.lossy.fate = () => 'arrives';
  for (const mail of held) a.post.deliver(mail);
  await clock.advance(2_000);
  expect([near.up, far.up]).toEqual([true, true]);
});

test('a flood stays within the window while no window updates arrive', async () => {
  const { near, ch } = await connect();
  // The window updates from hub b are lost.
  b.lossy.fate = () => 'lost';
  const before = a.lossy.bytes;
  for (let i = 0; i < 1_000; i++) near.forward(data(ch, i, 16_000));
  await clock.advance(1_000);
  expect(a.lossy.bytes - before).toBeGreaterThan(3 * 2 ** 20);
  expect(a.lossy.bytes - before).toBeLessThan(7 * 2 ** 20);
});

test('a flood gets window updates before its window is used up', async () => {
  const { near, ch, got } = await connect();
  for (let i = 0; i < 4_000; i++) near.forward(data(ch, i, 16_000));
  await clock.until(() => got.length === 4_000, 1_000);
  expect(near.up).toBe(true);
});

test('a leg whose close was lost ends at the other hub with its next heartbeat', async () => {
  const { far } = await connect();
  a.lossy.fate = () => 'lost';
  const near = await a.legs.to(b.lossy.plane.hub);
  near.close('LEG_LOST', 'gave it up');
  a.lossy.fate = () => 'arrives';
  const dialled = a.legs.to(b.lossy.plane.hub);
  await clock.advance(600);
  expect([(await dialled).up, far.open, b.legs.size]).toEqual([true, false, 1]);
});

test('malformed messages and those for another hub are ignored', async () => {
  const { near, far } = await connect();
  b.post.deliver(Buffer.from('hello'));
  b.post.deliver(Buffer.alloc(0));
  const other = await hub();
  const stray: Buffer[] = [];
  a.lossy.fate = (mail) => {
    stray.push(Buffer.from(mail));
    return 'arrives';
  };
  await clock.advance(600);
  for (const mail of stray) other.post.deliver(mail);
  await clock.advance(600);
  expect([near.up, far.up, other.legs.size]).toEqual([true, true, 0]);
});

test('when a better transport works later, channels move to it and the old leg is closed', async () => {
  let open = false;
  const refused = new UniCoreError('LEG_LOST', 'Nobody answers there.');
  const better: HubDialer = {
    name: 'direct',
    dial: (peer, events) => (open ? a.post.dial(peer, events) : Promise.reject(refused)),
  };
  const legs = new HubLegs({
    clock,
    log: pino({ level: 'silent' }),
    meter: NO_METER,
    ways: [better, a.post],
  });
  const dialled = legs.to(b.lossy.plane.hub);
  await clock.advance(1);
  const first = await dialled;
  const asked: number[] = [];
  const ch = first.allocate();
  first.bind(ch, { receive() {}, lost() {}, vacate: () => asked.push(clock.now()) });
  await clock.advance(31_000);
  expect(await legs.to(b.lossy.plane.hub)).toBe(first);
  open = true;
  await clock.advance(31_000);
  const second = await legs.to(b.lossy.plane.hub);
  expect([second === first, second.up, first.up, asked.length]).toEqual([false, true, true, 1]);
  await clock.advance(16_000);
  expect([second.up, first.open]).toEqual([true, false]);
});
