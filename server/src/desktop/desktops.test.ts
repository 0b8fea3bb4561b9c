/** Desktops of users in simulated time, from the request to the receipt. The test itself makes the agents' reports. */
import type { DesktopObserved } from '@unicore/protocol/control';
import { beforeEach, describe, expect, test } from 'vitest';
import { ALICE, BOB, type TestDomain, testDomain, testHubs } from '../testing/domain.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let hub: TestDomain;

beforeEach(async () => {
  hub = await testDomain();
});

/** Reports a phase of Alice's desktop, as the agent of p-1 does. */
async function report(phase: DesktopObserved['phase'], more: Partial<DesktopObserved> = {}) {
  const { sessionId, attempt } = (await hub.desktops.last(ALICE))!;
  const seen = { sessionId, attempt, phase, code: null, reason: null, isolation: null, use: null, ...more };
  return hub.desktopReports.take('p-1', { whole: false, desktops: [seen] });
}

const orders = () => hub.desktopReports.orders('p-1', []);

const shown = async () => hub.desktopViews.one((await hub.desktops.last(ALICE))!, 'ws://hub');

/** Alice's desktop runs on p-1. */
async function running() {
  await hub.connect('p-1', { desktops: 'docker' });
  const row = await hub.desktops.session(ALICE);
  await report('running', { isolation: 'sandboxed' });
  return row.sessionId;
}

describe('a request', () => {
  test('of the owner is given to a machine that offers desktops', async () => {
    await hub.connect('p-0');
    await hub.connect('p-1', { desktops: 'docker' });
    const row = await hub.desktops.session(ALICE);
    expect(row).toMatchObject({ phase: 'launching', providerId: 'p-1', launcher: 'docker', attempt: 1 });
    expect(row.jobName).toMatch(/^vnc-u-alice-\d+$/);
    expect(await orders()).toMatchObject([{ sessionId: row.sessionId, desired: 'running', lifeMs: HOUR }]);
  });

  test('of anybody else is refused with the reason', async () => {
    await hub.connect('p-1', { desktops: 'docker' });
    await expect(hub.desktops.session(BOB)).rejects.toMatchObject({
      code: 'NO_CAPACITY',
      message: expect.stringContaining('owner only'),
    });
    expect(await hub.desktops.last(BOB)).toBeUndefined();
  });

  test('waits while no machine offers desktops, says so, and goes on when one does', async () => {
    const row = await hub.desktops.session(ALICE);
    expect(row).toMatchObject({ phase: 'waiting', reason: expect.stringContaining('--desktops') });
    await hub.connect('p-1', { desktops: 'process' });
    await hub.clock.advance(1);
    expect(await hub.desktops.last(ALICE)).toMatchObject({
      phase: 'launching',
      launcher: 'process',
      reason: null,
    });
  });

  test('that waited for ten minutes fails with the reason', async () => {
    await hub.desktops.session(ALICE);
    await hub.clock.advance(11 * MINUTE);
    expect(await hub.desktops.last(ALICE)).toMatchObject({ phase: 'failed', code: 'NO_CAPACITY' });
    expect(await hub.desktops.receipts(ALICE, 10)).toMatchObject([
      { cost: 0, proof: 'Nothing was started.' },
    ]);
  });

  test('to create a second desktop is refused and names the first; the same opId returns the first', async () => {
    await hub.connect('p-1', { desktops: 'docker' });
    const first = await hub.desktops.create(ALICE, { opId: 'one', scale: 2 });
    expect(first.scale).toBe(2);
    await expect(hub.desktops.create(ALICE, {})).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining(first.sessionId),
    });
    expect((await hub.desktops.create(ALICE, { opId: 'one' })).sessionId).toBe(first.sessionId);
  });

  test('that 500 callers make at once through two hubs creates one desktop', async () => {
    const { hubs, settled, store } = await testHubs(2);
    await hubs[0]!.connect('p-1', { desktops: 'docker' });
    const calls = Array.from({ length: 500 }, (_, i) => hubs[i % 2]!.desktops.session(ALICE));
    const rows = await settled(Promise.all(calls));
    expect(new Set(rows.map(({ sessionId }) => sessionId)).size).toBe(1);
    expect(await store.desktops()).toHaveLength(1);
  });
});

describe('the phases', () => {
  test('follow the reports, and never go back', async () => {
    await hub.connect('p-1', { desktops: 'docker' });
    await hub.desktops.session(ALICE);
    for (const phase of ['booting', 'painting', 'booting', 'running', 'launching'] as const)
      await report(phase);
    const { phase, startedAt } = (await hub.desktops.last(ALICE))!;
    expect([phase, startedAt]).toEqual(['running', hub.now()]);
  });

  test('ignore what another provider or an older attempt reports', async () => {
    const sessionId = await running();
    const seen = {
      sessionId,
      attempt: 1,
      phase: 'ended',
      code: null,
      reason: null,
      isolation: null,
      use: null,
    } as const;
    await hub.desktopReports.take('p-2', { whole: false, desktops: [seen] });
    await hub.desktopReports.take('p-1', { whole: false, desktops: [{ ...seen, attempt: 7 }] });
    expect(await hub.desktops.last(ALICE)).toMatchObject({ phase: 'running' });
  });

  test('end with the reason of the agent when the desktop failed', async () => {
    await hub.connect('p-1', { desktops: 'docker' });
    await hub.desktops.session(ALICE);
    await report('failed', { code: 'LAUNCH_FAILED', reason: 'Chromium: cannot open display' });
    expect(await hub.desktops.last(ALICE)).toMatchObject({
      phase: 'failed',
      code: 'LAUNCH_FAILED',
      reason: 'Chromium: cannot open display',
      endedAt: hub.now(),
    });
  });
});

describe('the end', () => {
  test('is shown as ending, and still costs, until the agent has proven it', async () => {
    const sessionId = await running();
    await hub.desktops.end(ALICE, sessionId);
    expect(await hub.desktops.last(ALICE)).toMatchObject({ phase: 'ending', endedAt: null });
    expect(await orders()).toMatchObject([{ sessionId, desired: 'ended' }]);
    await expect(hub.desktops.session(ALICE)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining(`${sessionId} is still ending`),
      retryAfterMs: 2_000,
    });
    await report('ended', { use: { ms: 100_000, sentBytes: 1e9 } });
    expect(await hub.desktops.last(ALICE)).toMatchObject({ phase: 'ended', reason: 'You ended it.' });
    expect(await orders()).toEqual([]);
    expect((await hub.desktops.session(ALICE)).sessionId).not.toBe(sessionId);
  });

  test('leaves a receipt: time in steps of 100 ms, and sent bytes, at the configured prices', async () => {
    const sessionId = await running();
    await hub.desktops.end(ALICE, sessionId);
    await report('ended', { use: { ms: 99_901, sentBytes: 1e9 } });
    const [receipt] = await hub.desktops.receipts(ALICE, 10);
    expect(receipt).toMatchObject({ sessionId, cpuSeconds: 200, memorySeconds: 400, sentBytes: 1e9 });
    expect(receipt!.cost).toBeCloseTo(200 * 0.000018 + 400 * 0.000002 + 0.12, 10);
    expect(receipt!.proof).toContain('gone');
  });

  test('of a desktop that its machine no longer has is clear', async () => {
    await running();
    await hub.desktopReports.take('p-1', { whole: true, desktops: [] });
    expect(await hub.desktops.last(ALICE)).toMatchObject({ phase: 'ended', code: 'CONTAINER_LOST' });
  });

  test('comes to a desktop that no row names any more', async () => {
    const sessionId = await running();
    await hub.desktops.end(ALICE, sessionId);
    await report('ended');
    const seen = {
      sessionId,
      attempt: 1,
      phase: 'running',
      code: null,
      reason: null,
      isolation: null,
      use: null,
    } as const;
    const strays = await hub.desktopReports.take('p-1', { whole: false, desktops: [seen] });
    expect(await hub.desktopReports.orders('p-1', strays)).toMatchObject([
      { sessionId, attempt: 1, desired: 'ended' },
    ]);
  });

  test.each([
    ['its life is over', 'running', HOUR + 2 * MINUTE, 'TIMEOUT'],
    ['it does not start', 'booting', 4 * MINUTE, 'LAUNCH_FAILED'],
  ] as const)('is ordered by the hub when %s and the agent does nothing', async (_, phase, ms, code) => {
    await hub.connect('p-1', { desktops: 'docker' });
    await hub.desktops.session(ALICE);
    await report(phase);
    await hub.clock.advance(ms);
    expect(await hub.desktops.last(ALICE)).toMatchObject({ phase: 'ending', code });
  });
});

describe('a life', () => {
  test('counts from the start of the container, as the desktop itself counts it', async () => {
    await hub.connect('p-1', { desktops: 'docker' });
    await hub.desktops.session(ALICE);
    await hub.clock.advance(40_000);
    await report('booting', { use: { ms: 5_000, sentBytes: 0 } });
    expect(await shown()).toMatchObject({ startedAt: null, expiresAt: null });
    // The first report of the running desktop comes 2 s late.
    await report('running', { use: { ms: 33_000, sentBytes: 0 } });
    expect(await shown()).toMatchObject({ startedAt: hub.now() - 33_000 });
    await report('running', { use: { ms: 35_000, sentBytes: 0 } });
    expect(await shown()).toMatchObject({ expiresAt: hub.now() - 35_000 + HOUR });
    await report('running', { use: { ms: 10, sentBytes: 0 } });
    expect(await shown()).toMatchObject({ expiresAt: hub.now() - 35_000 + HOUR });
  });

  test('never counts from before the request, whatever a machine reports', async () => {
    await hub.connect('p-1', { desktops: 'docker' });
    const { createdAt } = await hub.desktops.session(ALICE);
    await report('running', { use: { ms: 1e12, sentBytes: 0 } });
    expect(await shown()).toMatchObject({ startedAt: createdAt });
  });

  test('is extended by an hour, up to the longest', async () => {
    const sessionId = await running();
    for (const hours of [2, 3, 4]) {
      expect((await hub.desktops.extend(ALICE, sessionId)).lifeMs).toBe(hours * HOUR);
    }
    await expect(hub.desktops.extend(ALICE, sessionId)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await orders()).toMatchObject([{ lifeMs: 4 * HOUR }]);
  });

  test('is as long as its budget allows, the end included', async () => {
    await hub.connect('p-1', { desktops: 'docker' });
    const { sessionId, lifeMs } = await hub.desktops.create(ALICE, { budget: 0.01 });
    const perSecond = 2 * 0.000018 + 4 * 0.000002;
    const endSeconds = 10;
    expect((lifeMs / 1000 + endSeconds) * perSecond).toBeLessThan(0.01);
    expect((lifeMs / 1000 + endSeconds) * perSecond).toBeGreaterThan(0.0097);
    const { dollars, perMs, perSentByte } = (await orders())[0]!.budget!;
    expect(lifeMs * perMs).toBeCloseTo(dollars, 6);
    expect(perSentByte * 1e9).toBeCloseTo(0.12);
    await expect(hub.desktops.extend(ALICE, sessionId)).rejects.toMatchObject({ code: 'BUDGET_SPENT' });
  });
});

describe('a budget', () => {
  test('that does not pay for start and end is refused with the least one', async () => {
    await hub.connect('p-1', { desktops: 'docker' });
    await expect(hub.desktops.create(ALICE, { budget: 0.0001 })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining('0.00088 $'),
    });
    expect(await hub.desktops.last(ALICE)).toBeUndefined();
  });

  test('that is spent although the machine did not end the desktop is an end by the hub', async () => {
    await hub.connect('p-1', { desktops: 'docker' });
    await hub.desktops.create(ALICE, { budget: 0.01 });
    await report('running', { use: { ms: 60_000, sentBytes: 50e6 } });
    await hub.clock.advance(MINUTE);
    expect(await hub.desktops.last(ALICE)).toMatchObject({ phase: 'running' });
    await report('running', { use: { ms: 120_000, sentBytes: 90e6 } });
    await hub.clock.advance(MINUTE);
    expect(await hub.desktops.last(ALICE)).toMatchObject({ phase: 'ending', code: 'BUDGET_SPENT' });
  });
});

describe('access', () => {
  test("is refused in the same way for a missing desktop and for another user's", async () => {
    const sessionId = await running();
    const refusals = [BOB, ALICE].map((user) =>
      hub.desktopAccess.authorise(user, user === BOB ? sessionId : 'ds-none').catch((error) => error),
    );
    const [foreign, missing] = await Promise.all(refusals);
    expect([foreign.code, missing.code]).toEqual(['NOT_FOUND', 'NOT_FOUND']);
    expect(foreign.message.replace(sessionId, 'X')).toBe(missing.message.replace('ds-none', 'X'));
  });

  test('of an earlier desktop says that it has ended', async () => {
    const sessionId = await running();
    await hub.desktops.end(ALICE, sessionId);
    await report('ended');
    await hub.desktops.session(ALICE);
    await expect(hub.desktopAccess.authorise(ALICE, sessionId)).rejects.toMatchObject({
      code: 'SESSION_ENDED',
    });
    await expect(hub.desktops.extend(ALICE, sessionId)).rejects.toMatchObject({ code: 'SESSION_ENDED' });
  });
});

test('programs outside of UniCore find the desktop on the backplane while it lives', async () => {
  const sessionId = await running();
  const read = async () => {
    const text = await hub.line.plane.outside.get(`vnc:session:${ALICE}`);
    return text === undefined ? undefined : JSON.parse(text);
  };
  await hub.clock.advance(1);
  expect(await read()).toEqual({
    session_id: sessionId,
    job_name: expect.stringMatching(/^vnc-/),
    url: `ws://hub/vnc/${sessionId}`,
    created_at: Math.floor(hub.now() / 1000),
    status: 'running',
  });
  await hub.line.plane.outside.drop(`vnc:session:${ALICE}`);
  await hub.clock.advance(70_000);
  expect(await read()).toMatchObject({ session_id: sessionId });
  await hub.desktops.end(ALICE, sessionId);
  await report('ended');
  await hub.clock.advance(1);
  expect(await read()).toBeUndefined();
});
