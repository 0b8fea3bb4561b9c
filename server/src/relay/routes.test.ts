/** A provider's newer socket takes over channel by channel, and the older one is closed in time in every case. */
import type { Leg, Port } from '@unicore/protocol';
import { legPair, SimClock } from '@unicore/protocol/sim';
import { beforeEach, expect, test } from 'vitest';
import { Routes } from './routes.ts';

let clock: SimClock;
let routes: Routes;
beforeEach(() => {
  clock = new SimClock();
  routes = new Routes(clock);
});

/** A provider's leg at the hub, and the codes with which it was closed. */
async function providerLeg() {
  const closed: (string | undefined)[] = [];
  const { far: leg } = legPair(clock, 1, {
    near: { peer: 'hub', handler: () => ({ closed: (code) => closed.push(code) }) },
    far: {
      peer: 'provider',
      handler: (far) => ({
        idle: () => routes.idle(far()),
        closed: () => routes.release('p1', far()),
      }),
    },
  });
  await clock.until(() => leg.up, 100);
  return { leg, closed };
}

/**
 * Binds `count` hops to a connection. Each hop leaves `afterMs` milliseconds after it was asked to move.
 * Without `afterMs` a hop never leaves.
 */
function hops(leg: Leg, count: number, afterMs?: number): number[] {
  const askedAt: number[] = [];
  for (let i = 0; i < count; i++) {
    const ch = leg.allocate();
    const hop: Port = {
      receive: () => {},
      lost: () => {},
      vacate: () => {
        askedAt.push(clock.now());
        if (afterMs !== undefined) clock.after(afterMs, () => leg.unbind(ch));
      },
    };
    leg.bind(ch, hop);
  }
  return askedAt;
}

test('a thousand channels are asked to move a few at a time; when the last has left, the old socket closes', async () => {
  const [old, newer] = [await providerLeg(), await providerLeg()];
  routes.claim('p1', 1, old.leg);
  const askedAt = hops(old.leg, 1_000, 40);
  routes.claim('p1', 2, newer.leg);
  expect(routes.get('p1')).toBe(newer.leg);
  expect(askedAt.length).toBeLessThan(20);
  await clock.advance(1_000);
  expect(askedAt.length).toBeLessThan(700);
  expect(old.closed).toEqual([]);
  await clock.advance(1_000);
  expect([askedAt.length, old.closed, newer.closed]).toEqual([1_000, ['SUPERSEDED'], []]);
});

test('an old socket whose channels stay is closed after a while', async () => {
  const [old, newer] = [await providerLeg(), await providerLeg()];
  routes.claim('p1', 1, old.leg);
  hops(old.leg, 3);
  routes.claim('p1', 2, newer.leg);
  await clock.advance(14_000);
  expect(old.closed).toEqual([]);
  await clock.advance(2_000);
  expect([old.closed, routes.get('p1')]).toEqual([['SUPERSEDED'], newer.leg]);
});

test('an old socket without channels is closed at once', async () => {
  const [old, newer] = [await providerLeg(), await providerLeg()];
  routes.claim('p1', 1, old.leg);
  routes.claim('p1', 2, newer.leg);
  await clock.advance(10);
  expect([old.closed, newer.closed]).toEqual([['SUPERSEDED'], []]);
});

test('a connection that is not newer is refused', async () => {
  const [now, late] = [await providerLeg(), await providerLeg()];
  routes.claim('p1', 2, now.leg);
  expect(() => routes.claim('p1', 2, late.leg)).toThrow(expect.objectContaining({ code: 'SUPERSEDED' }));
  expect(routes.get('p1')).toBe(now.leg);
});

test('revoking a provider also closes its old socket', async () => {
  const [old, newer] = [await providerLeg(), await providerLeg()];
  routes.claim('p1', 1, old.leg);
  hops(old.leg, 3);
  routes.claim('p1', 2, newer.leg);
  routes.close('p1', 'REVOKED', 'no more');
  await clock.advance(10);
  expect([old.closed, newer.closed, routes.size]).toEqual([['REVOKED'], ['REVOKED'], 0]);
});

test('calls that wait for a provider look again when its arrival may have been missed', async () => {
  const [first, second] = [routes.arrival('p1', 5_000), routes.arrival('p2', 5_000)];
  routes.lookAgain();
  expect(await Promise.all([first.come, second.come])).toEqual([true, true]);
});
