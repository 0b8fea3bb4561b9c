/**
 * Desktops on Cloud Run in simulated time, with two hubs and a fake of Cloud Run. The fake's record of what really
 * ran decides what is right.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CloudHubs, cloudHubs, FAR, NEAR, PLACES } from './testing/cloud-hubs.ts';

const MINUTE = 60_000;

let world: CloudHubs;
let user: string;

async function start(options: Parameters<typeof cloudHubs>[0] = {}) {
  world = await cloudHubs(options);
  [user = ''] = await world.users(100);
}
beforeEach(() => start());
afterEach(() => world.stop());

const hub = () => world.hubs[0]!;
const row = async () => (await world.store.desktop(user))!;
const session = () => world.settled(hub().desktops.session(user));

async function reached(phase: string, ms = 5 * MINUTE) {
  for (let passed = 0; passed < ms && (await row()).phase !== phase; passed += 500)
    await world.clock.advance(500);
  expect((await row()).phase).toBe(phase);
  return row();
}

async function end() {
  const { sessionId } = await row();
  await world.settled(hub().desktops.end(user, sessionId));
}

describe('a desktop on Cloud Run', () => {
  test('starts, runs, and ends with a receipt that agrees with the ledger', async () => {
    expect(await session()).toMatchObject({
      launcher: 'cloud-run',
      place: NEAR,
      phase: 'launching',
      attempt: 1,
    });
    const { providerId, sessionId } = await reached('running');
    expect(providerId).toBe(`d-${sessionId}-1`);
    await world.clock.advance(10 * MINUTE);
    expect((await row()).cost).toBeGreaterThan(0);
    await end();
    await reached('ended');
    expect([world.ledger.live(), world.fake.jobs]).toEqual([[], []]);
    const [receipt] = await world.store.receipts(user, 10);
    expect(receipt!.cpuSeconds).toBeCloseTo(world.ledger.billed(0).cpuSeconds, 0);
    expect(receipt).toMatchObject({ reason: 'You ended it.', sentBytes: 1_000 });
    await world.clock.advance(MINUTE);
    expect(await world.store.provider(providerId!)).toBeUndefined();
  });

  test('is billed by the ledger, also where all hubs were dead at its end', async () => {
    await session();
    await reached('running');
    for (const each of world.hubs) each.kill();
    await world.clock.advance(5 * MINUTE);
    world.fake.executions.values().next().value!.die();
    await world.clock.advance(20 * MINUTE);
    await world.join();
    const ended = await reached('ended');
    expect(ended).toMatchObject({ code: 'CONTAINER_LOST', reason: expect.stringContaining('exit code 137') });
    expect(ended.cpuSeconds / world.ledger.billed(0).cpuSeconds).toBeCloseTo(1, 2);
  });

  test('that dies is ended within two minutes, with the reason', async () => {
    await session();
    await reached('running');
    world.fake.executions.values().next().value!.die();
    expect(await reached('ended', 2 * MINUTE)).toMatchObject({ code: 'CONTAINER_LOST' });
  });

  test.each([
    ['no image', { fail: { message: 'gone', reason: 'CONTAINER_MISSING' } }, 'IMAGE_MISSING'],
    ['a container that dies at once', { dieMs: 100 }, 'CONTAINER_LOST'],
    ['a start that takes too long', { delayMs: 20 * MINUTE, waiting: 'Quota exceeded.' }, 'LAUNCH_FAILED'],
  ])('with %s fails with code and reason', async (_, fault, code) => {
    world.fake.faults.nextStart(fault);
    await session();
    const failed = await reached('failed');
    expect(failed.code).toBe(code);
    expect(failed.reason).not.toBe('');
    expect([world.ledger.live(), world.fake.jobs]).toEqual([[], []]);
  });

  test('says what its start waits for', async () => {
    world.fake.faults.nextStart({ delayMs: MINUTE, waiting: 'Quota exceeded.' });
    await session();
    await world.clock.advance(10_000);
    expect(await row()).toMatchObject({ phase: 'launching', reason: 'Cloud Run says: Quota exceeded.' });
    expect((await reached('running')).reason).toBeNull();
  });

  test('is started once although the replies are lost', async () => {
    world.fake.faults.loseReplies(3);
    await session();
    await reached('running');
    expect(world.ledger.started()).toBe(1);
  });

  test('is not called ended while Cloud Run ignores its end or refuses to answer', async () => {
    await session();
    await reached('running');
    world.fake.faults.nextCancel('ignore', 'ignore', 'ignore');
    world.fake.faults.refuse('UNAVAILABLE', 30);
    await end();
    while ((await row()).phase === 'ending') {
      if (world.ledger.live().length === 0) break;
      await world.clock.advance(500);
    }
    expect(world.ledger.live()).toEqual([]);
    await reached('ended');
  });

  test('moves to another place, with a new attempt, where Cloud Run has no room', async () => {
    world.fake.faults.refuse('RESOURCE_EXHAUSTED', 1, 'CreateJob');
    await session();
    expect(await reached('running')).toMatchObject({ place: FAR, attempt: 2 });
    expect(world.ledger.started()).toBe(1);
  });

  test('waits beyond the quotas, says so, and starts when there is room', async () => {
    await world.stop();
    await start({ quota: 1 });
    const [a, b, c] = [0, 1, 2].map((i) => `u-${i}`) as [string, string, string];
    for (const each of [a, b, c]) await world.settled(hub().desktops.session(each));
    await world.clock.advance(MINUTE);
    expect(await world.store.desktop(c)).toMatchObject({
      phase: 'waiting',
      reason: expect.stringMatching(/full/),
    });
    await end();
    await world.clock.advance(MINUTE);
    expect((await world.store.desktop(c))?.phase).toBe('running');
  });
});

describe('many', () => {
  test('100 users get 100 desktops', async () => {
    const ids = Array.from({ length: 100 }, (_, i) => `u-${i}`);
    const calls = ids.map((id, i) => world.hubs[i % 2]!.desktops.session(id));
    await world.settled(Promise.all(calls));
    await world.clock.advance(MINUTE);
    const rows = await world.store.desktops();
    expect(rows.filter(({ phase }) => phase === 'running')).toHaveLength(100);
    expect(world.ledger.started()).toBe(100);
  });

  test('500 calls of one user through two hubs start one desktop', async () => {
    const calls = Array.from({ length: 500 }, (_, i) => world.hubs[i % 2]!.desktops.session(user));
    const rows = await world.settled(Promise.all(calls));
    expect(new Set(rows.map(({ sessionId }) => sessionId)).size).toBe(1);
    await reached('running');
    expect([world.ledger.entries.length, world.ledger.started()]).toEqual([1, 1]);
  });
});

describe('a boot token', () => {
  test('is refused with another key once it was used, and again gives the same provider to the same key', async () => {
    await session();
    const { providerId } = await reached('running');
    const [container] = world.containers;
    expect(await container!.boot(hub())).toBe(providerId);
    await expect(container!.boot(hub(), 'x'.repeat(43))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('of an older attempt, and a provider of a desktop that is over, are superseded', async () => {
    await session();
    const { providerId } = await reached('running');
    await hub().desktopBoot.check(providerId!);
    await hub().desktopBoot.check('p-1');
    await end();
    await reached('ended');
    await expect(hub().desktopBoot.check(providerId!)).rejects.toMatchObject({ code: 'SUPERSEDED' });
  });
});

test('a job that no desktop wants is gone within a period of the reconciler', async () => {
  const spec = {
    sessionId: 'ds-old',
    attempt: 3,
    userId: 'u-9',
    createdAt: 1,
    image: 'i',
    timeoutSeconds: 9,
  };
  const order = { ...spec, desired: 'running', scale: 1, lifeMs: 1, idleMs: 1, bootMs: 1 };
  const env = { UNICORE_ORDER: JSON.stringify(order) };
  await world.settled(world.jobs.launch({ ...spec, place: PLACES[1]!, env }));
  expect(world.fake.jobs).toHaveLength(1);
  await world.clock.advance(MINUTE + 30_000);
  expect([world.ledger.live(), world.fake.jobs]).toEqual([[], []]);
});
