/** How desktops end when something else happens at the same time, in simulated time. The agents' reports are scripted. */
import type { DesktopObserved } from '@unicore/protocol/control';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { ALICE, type TestDomain, testDomain } from '../testing/domain.ts';

const MINUTE = 60_000;

let hub: TestDomain;

beforeEach(async () => {
  hub = await testDomain();
});

const row = async () => (await hub.desktops.last(ALICE))!;
const receipts = () => hub.desktops.receipts(ALICE, 10);

/** The agent of p-1 reports Alice's desktop. */
async function report(phase: DesktopObserved['phase'], more: Partial<DesktopObserved> = {}) {
  const { sessionId, attempt } = await row();
  const seen = { sessionId, attempt, phase, code: null, reason: null, isolation: null, use: null, ...more };
  await hub.desktopReports.take('p-1', { whole: false, desktops: [seen] });
}

/** Does something right before the next write of a desktop, as another hub could. */
function beforeNextWrite(work: () => Promise<unknown>): void {
  const write = hub.store.replaceDesktop.bind(hub.store);
  vi.spyOn(hub.store, 'replaceDesktop').mockImplementationOnce(async (...given) => {
    await work();
    return write(...given);
  });
}

/** Another hub gives Alice's desktop, which waits, to p-1. */
async function placed() {
  const waiting = await row();
  const at = { phase: 'launching', phaseAt: hub.now(), providerId: 'p-1', reason: null } as const;
  expect(await hub.store.replaceDesktop({ ...waiting, ...at })).toBe(true);
}

describe('a desktop that is placed at the last moment', () => {
  test('and that its user has deleted, is billed for what it used', async () => {
    const { sessionId } = await hub.desktops.session(ALICE);
    beforeNextWrite(placed);
    expect(await hub.desktops.end(ALICE, sessionId)).toMatchObject({ phase: 'ending', endedAt: null });
    expect(await receipts()).toEqual([]);
    await report('ended', { use: { ms: 60_000, sentBytes: 0 } });
    expect(await receipts()).toMatchObject([
      { sessionId, cpuSeconds: 120, reason: 'You ended it.', proof: expect.stringContaining('gone') },
    ]);
  });

  test('is not given up, although it waited long', async () => {
    await hub.desktops.session(ALICE);
    await hub.clock.advance(9.9 * MINUTE);
    beforeNextWrite(placed);
    await hub.clock.advance(MINUTE / 4);
    expect(await row()).toMatchObject({ phase: 'launching', providerId: 'p-1' });
    expect(await receipts()).toEqual([]);
  });
});

test('a desktop whose life is extended at the moment when the hub would end it lives on', async () => {
  await hub.connect('p-1', { desktops: 'docker' });
  const { sessionId } = await hub.desktops.session(ALICE);
  await report('running');
  await hub.clock.advance(60 * MINUTE);
  beforeNextWrite(async () => {
    const { lifeMs, ...rest } = await row();
    expect(await hub.store.replaceDesktop({ ...rest, lifeMs: 2 * lifeMs })).toBe(true);
  });
  await hub.clock.advance(2 * MINUTE);
  expect(await row()).toMatchObject({ sessionId, phase: 'running', code: null });
});

describe('why a desktop ends', () => {
  async function running() {
    await hub.connect('p-1', { desktops: 'docker' });
    const { sessionId } = await hub.desktops.session(ALICE);
    await report('running');
    return sessionId;
  }

  test('is what was said when its end began, although its user deletes it then', async () => {
    const sessionId = await running();
    const why = { code: 'BUDGET_SPENT', reason: 'Its budget was spent.' };
    await report('ending', why);
    expect(await hub.desktops.end(ALICE, sessionId)).toMatchObject({ phase: 'ending', ...why });
    await report('ended');
    expect(await receipts()).toMatchObject([why]);
  });

  test('is that its user has deleted it, whatever its machine says of the end', async () => {
    const sessionId = await running();
    await hub.desktops.end(ALICE, sessionId);
    await report('ending', { code: 'RUNTIME_UNAVAILABLE', reason: 'Docker does not answer.' });
    await report('ended', { code: 'CONTAINER_LOST', reason: 'It was removed.' });
    expect(await receipts()).toMatchObject([{ code: null, reason: 'You ended it.' }]);
  });

  test('is no trouble that has passed, which is shown only while it lasts', async () => {
    const sessionId = await running();
    const trouble = { code: 'RUNTIME_UNAVAILABLE', reason: 'Docker does not answer.' };
    await report('running', trouble);
    expect(await row()).toMatchObject(trouble);
    await report('running');
    expect(await row()).toMatchObject({ code: null, reason: null });
    await report('running', trouble);
    await hub.desktops.end(ALICE, sessionId);
    await report('ended');
    expect(await receipts()).toMatchObject([{ code: null, reason: 'You ended it.' }]);
  });

  test('is its loss, if its machine has no trouble any more and does not have it', async () => {
    await running();
    await report('running', { code: 'RUNTIME_UNAVAILABLE', reason: 'Docker does not answer.' });
    await hub.desktopReports.take('p-1', { whole: true, desktops: [] });
    expect(await receipts()).toMatchObject([
      { code: 'CONTAINER_LOST', reason: 'Its machine does not have it any more.' },
    ]);
  });
});

test('a desktop that ends while an older row of it is announced leaves no key on the backplane', async () => {
  await hub.connect('p-1', { desktops: 'docker' });
  const { sessionId } = await hub.desktops.session(ALICE);
  await report('running');
  const older = await row();
  await hub.desktops.end(ALICE, sessionId);
  await report('ended');
  await hub.clock.advance(1);
  const { outside } = hub.line.plane;
  const told = hub.announcer.announce(older);
  await hub.clock.advance(1);
  await told;
  expect(await outside.get(`vnc:session:${ALICE}`)).toBeUndefined();
});

describe('a desktop that is ending while its machine is gone', () => {
  /** Alice's desktop runs for 10 minutes. Then its machine is switched off, and she deletes it. */
  async function lost() {
    await hub.connect('p-1', { desktops: 'docker' });
    const { sessionId } = await hub.desktops.session(ALICE);
    await report('running', { use: { ms: 0, sentBytes: 0 } });
    await hub.clock.advance(10 * MINUTE);
    hub.presence.disconnected('p-1');
    await hub.clock.advance(MINUTE);
    await hub.desktops.end(ALICE, sessionId);
    return sessionId;
  }

  test('is over once its own deadline has passed, and says so, and its user gets the next one', async () => {
    const sessionId = await lost();
    await hub.clock.advance(50 * MINUTE);
    expect(await row()).toMatchObject({ phase: 'ending', endedAt: null });
    await hub.clock.advance(15 * MINUTE);
    expect(await row()).toMatchObject({ phase: 'ended', reason: 'You ended it.' });
    expect(await receipts()).toMatchObject([
      { sessionId, proof: expect.stringMatching(/not heard.*deadline.*passed/) },
    ]);
    await hub.connect('p-2', { desktops: 'docker' });
    expect(await hub.desktops.session(ALICE)).toMatchObject({ phase: 'launching', providerId: 'p-2' });
  });

  test('names the machine, and says what to do and how long it takes at most', async () => {
    await lost();
    await hub.clock.advance(2 * MINUTE);
    await expect(hub.desktops.session(ALICE)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(/machine p-1 is not heard.*Start the agent.*2026-01-01 01:10 UTC/),
      retryAfterMs: 30_000,
    });
  });

  test('is ended by its machine, if that comes back before', async () => {
    await lost();
    await hub.clock.advance(5 * MINUTE);
    await hub.connect('p-1', { desktops: 'docker' });
    await report('ended', { use: { ms: 17 * MINUTE, sentBytes: 0 } });
    expect(await receipts()).toMatchObject([
      { cpuSeconds: 2 * 17 * 60, proof: expect.stringContaining('gone') },
    ]);
  });

  test('is not called over while its machine is heard, however long that cannot end it', async () => {
    await hub.connect('p-1', { desktops: 'docker' });
    const { sessionId } = await hub.desktops.session(ALICE);
    await report('running');
    await hub.desktops.end(ALICE, sessionId);
    await hub.clock.advance(69 * MINUTE);
    await hub.connect('p-1', { desktops: 'docker' });
    for (let passed = 0; passed < 2 * MINUTE; passed += 5_000) {
      hub.presence.heard('p-1');
      await hub.clock.advance(5_000);
    }
    expect(await row()).toMatchObject({ phase: 'ending', endedAt: null });
    await expect(hub.desktops.session(ALICE)).rejects.toThrow('The agent there logs why');
  });
});
