/**
 * Desktops that are started in advance and then given to users, in simulated time. The fake's record of what really
 * ran decides what is right.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isPoolOwner } from '../cloud-run/index.ts';
import type { DesktopRow } from '../store/index.ts';
import { type CloudHubs, cloudHubs, FAR, NEAR } from './testing/cloud-hubs.ts';

const MINUTE = 60_000;
const RATE = 2 * 0.000018 + 4 * 0.000002;

let world: CloudHubs;
let user: string;

async function start(options: Parameters<typeof cloudHubs>[0] = {}) {
  world = await cloudHubs({ pool: 1, ...options });
  [user = ''] = await world.users(100);
  await world.clock.advance(MINUTE);
}
beforeEach(() => start());
afterEach(() => world.stop());

const hub = () => world.hubs[0]!;
const members = async () => (await world.store.desktops()).filter(({ userId }) => isPoolOwner(userId));
const create = (userId = user, wish = {}) => world.settled(hub().desktops.create(userId, wish));

async function until(condition: () => Promise<boolean>, ms = 5 * MINUTE) {
  for (let passed = 0; passed < ms && !(await condition()); passed += 500) await world.clock.advance(500);
  expect(await condition()).toBe(true);
}

const isFull = async () => {
  const rows = await members();
  return rows.length === 2 && rows.every(({ phase, opId }) => phase === 'running' && opId === null);
};

test('each place has as many as configured, in jobs of their own, and none is announced as a user’s', async () => {
  const rows = await members();
  expect(rows.map(({ userId, place, phase }) => [userId, place, phase])).toEqual([
    ['pool-0', NEAR, 'running'],
    ['pool-1', FAR, 'running'],
  ]);
  expect(new Set(rows.map(({ jobName }) => jobName)).size).toBe(2);
  for (const { jobName } of rows) expect(jobName).toMatch(/^vnc-pool-\d+$/);
  expect(world.ledger.started()).toBe(2);
  expect(await hub().line.plane.outside.get('vnc:session:pool-0')).toBeUndefined();
});

test('without a pool nothing is booted ahead', async () => {
  await world.stop();
  await start({ pool: 0 });
  expect([await members(), world.ledger.started()]).toEqual([[], 0]);
});

describe('a user', () => {
  test('gets a desktop that runs, at once, and the next one is booted', async () => {
    const [first] = await members();
    const row = await create();
    expect(row).toMatchObject({ userId: user, phase: 'running', sessionId: first!.sessionId, place: NEAR });
    expect(row.providerId).toBe(first!.providerId);
    await until(isFull);
    expect(world.ledger.started()).toBe(3);
    expect(await world.store.desktopOf(row.sessionId)).toMatchObject({ userId: user, phase: 'running' });
  });

  test('pays from then on, and the limits count from then on', async () => {
    await world.clock.advance(20 * MINUTE);
    const { sessionId, providerId } = await create();
    const waited = (await world.store.desktop(user))!.pooledMs;
    expect(waited / MINUTE).toBeGreaterThan(20);
    expect(await hub().desktopReports.orders(providerId!, [])).toMatchObject([
      { sessionId, lifeMs: 60 * MINUTE + waited, idleMs: 15 * MINUTE },
    ]);
    await world.clock.advance(10 * MINUTE);
    await world.settled(hub().desktops.end(user, sessionId));
    await until(async () => (await world.store.desktop(user))?.phase === 'ended');
    const [receipt] = await world.store.receipts(user, 10);
    expect(receipt!.cost / (10 * 60 * RATE)).toBeCloseTo(1, 1);
    const [entry] = world.ledger.entries.filter(({ labels }) => labels['unicore-session'] === sessionId);
    expect(entry!.endedAt! - entry!.startedAt!).toBeGreaterThan(30 * MINUTE);
    expect(receipt!.cpuSeconds / 2).toBeCloseTo((entry!.endedAt! - entry!.startedAt! - waited) / 1000, 0);
  });

  test('with another scale gets a desktop that is started for them', async () => {
    const row = await create(user, { scale: 2 });
    expect(row).toMatchObject({ scale: 2, phase: 'launching' });
    expect(await isFull()).toBe(true);
  });

  test('who calls 500 times at once through two hubs gets one desktop, and no other one is lost', async () => {
    const calls = Array.from({ length: 500 }, (_, i) => world.hubs[i % 2]!.desktops.session(user));
    const rows = await world.settled(Promise.all(calls));
    expect(new Set(rows.map(({ sessionId }) => sessionId)).size).toBe(1);
    expect(rows[0]!.phase).toBe('running');
    await until(isFull);
    await world.clock.advance(2 * MINUTE);
    expect(world.ledger.started() - world.ledger.live().length).toBeLessThanOrEqual(1);
  });
});

test('no two of many users get the same desktop', async () => {
  const ids = Array.from({ length: 20 }, (_, i) => `u-${i}`);
  const calls = ids.map((id, i) => world.hubs[i % 2]!.desktops.session(id));
  const rows = await world.settled(Promise.all(calls));
  expect(new Set(rows.map(({ sessionId }) => sessionId)).size).toBe(20);
  expect(rows.filter(({ phase }) => phase === 'running')).toHaveLength(2);
  await world.clock.advance(MINUTE);
  const running = await Promise.all(ids.map((id) => world.store.desktop(id)));
  expect(running.map((row) => row?.phase)).toEqual(ids.map(() => 'running'));
});

describe('a member that gets a user at the moment when another hub replaces it', () => {
  /** All members are too old, and the other hub's chores end one right before `work` is done. */
  async function retiredAt(work: (member: DesktopRow) => Promise<void>) {
    const [member] = await members();
    const rows = (await members()).map((row) => ({ ...row, image: 'unicore/desktop:older' }));
    await work(member!);
    await world.settled(world.hubs[1]!.desktopPool!.look(rows));
  }

  test('lives on, and so does the desktop of its user', async () => {
    await until(isFull);
    let row: DesktopRow | undefined;
    await retiredAt(async () => {
      row = await create();
    });
    await until(isFull);
    await world.clock.advance(2 * MINUTE);
    expect(await world.store.desktop(user)).toMatchObject({ sessionId: row!.sessionId, phase: 'running' });
  });

  test('is not ended between the claim and the hand-over', async () => {
    await until(isFull);
    await retiredAt(async (member) => {
      expect(await world.store.replaceDesktop({ ...member, opId: user })).toBe(true);
    });
    const claimed = (await members()).find(({ opId }) => opId === user);
    expect(claimed?.phase).toBe('running');
  });
});

test('while two rows name a session, its container gets the order of the user’s row only', async () => {
  await until(isFull);
  const [member] = await members();
  await world.store.replaceDesktop({ ...member!, phase: 'ending' });
  const at = hub().now();
  await world.store.replaceDesktop({ ...member!, userId: user, rev: 0, createdAt: at, startedAt: at });
  const orders = await hub().desktopReports.orders(member!.providerId!, []);
  expect(orders).toMatchObject([{ sessionId: member!.sessionId, desired: 'running' }]);
});

describe('a hub that dies', () => {
  /** Claims a desktop, like a hub that dies right afterwards. */
  async function claim(): Promise<DesktopRow> {
    const [member] = await members();
    const row = { ...member!, opId: user };
    expect(await world.store.replaceDesktop(row)).toBe(true);
    return row;
  }

  test('after the claim leaves a desktop that the same user gets', async () => {
    const { sessionId } = await claim();
    expect((await create()).sessionId).toBe(sessionId);
    await until(isFull);
  });

  test('after the claim leaves a desktop that nobody else gets, and that is ended and replaced', async () => {
    const { sessionId } = await claim();
    const others = await Promise.all(['u-1', 'u-2'].map((id) => create(id)));
    expect(others.map((row) => row.sessionId)).not.toContain(sessionId);
    await until(isFull);
    expect(await world.store.receipt(sessionId)).toMatchObject({ userId: 'pool-0' });
  });

  test('after the user’s row was written leaves the rest to the chores, and the desktop lives on', async () => {
    const member = await claim();
    const { sessionId, attempt, place, providerId, jobName } = member;
    const at = hub().now();
    const taken = { phase: 'running', sessionId, attempt, place, providerId, jobName } as const;
    await world.store.replaceDesktop({
      ...member,
      ...taken,
      userId: user,
      rev: 0,
      createdAt: at,
      startedAt: at,
    });
    await until(isFull);
    await world.clock.advance(2 * MINUTE);
    expect(await world.store.desktop(user)).toMatchObject({ sessionId, phase: 'running' });
    expect(world.ledger.live()).toHaveLength(3);
  });
});

test('members are replaced before their life ends, one at a time', async () => {
  await until(isFull);
  const before = (await members()).map(({ sessionId }) => sessionId);
  for (let passed = 0; passed < 70; passed++) {
    await world.clock.advance(MINUTE);
    expect((await members()).filter(({ phase }) => phase === 'running').length).toBeGreaterThanOrEqual(1);
  }
  const after = (await members()).map(({ sessionId }) => sessionId);
  expect(after.filter((id) => before.includes(id))).toEqual([]);
  for (const sessionId of before) {
    expect(await world.store.receipt(sessionId)).toMatchObject({
      reason: expect.stringContaining('waited long'),
    });
  }
  expect(world.ledger.live()).toHaveLength(2);
});

test('a user who waits for room gets the place of a member', async () => {
  await world.stop();
  await start({ quota: 1 });
  await until(isFull);
  await create(user, { scale: 2 });
  await until(async () => (await world.store.desktop(user))?.phase === 'running');
});

test('a member that dies is replaced', async () => {
  world.fake.executions.values().next().value!.die();
  await until(async () => world.ledger.started() === 3 && (await isFull()));
});
