/** The order in which a draining hub asks its peers to leave, and when it is done; in simulated time. */
import { SimClock } from '@unicore/protocol/sim';
import { expect, test } from 'vitest';
import type { SocketKind } from './deps.ts';
import { drain, type Peer } from './drain.ts';

const MS = 10_000;

/** Peers that record when they are asked to leave, and within how many ms. */
function setUp(kinds: readonly SocketKind[]) {
  const clock = new SimClock();
  const told: { kind: SocketKind; at: number; afterMs: number }[] = [];
  const peers = new Set<Peer>();
  for (const kind of kinds) {
    peers.add({ kind, goAway: (afterMs) => told.push({ kind, at: clock.now(), afterMs }) });
  }
  const draining = drain(clock, MS, () => peers);
  let overAt: number | undefined;
  void draining.over.then(() => {
    overAt = clock.now();
  });
  return {
    clock,
    told,
    overAt: () => overAt,
    leave: (kind: SocketKind) => {
      for (const peer of [...peers].filter((one) => one.kind === kind)) {
        peers.delete(peer);
        draining.look();
      }
    },
  };
}

test('providers are asked to leave first, and have all dialled before a consumer is asked', async () => {
  const { clock, told } = setUp(['consumer', 'provider', 'consumer', 'terminal', 'provider']);
  await clock.advance(MS);
  const [providers, consumers] = (['provider', 'consumer'] as const).map((kind) =>
    told.filter((one) => one.kind === kind),
  );
  expect(providers).toEqual([0, 1].map(() => ({ kind: 'provider', at: 0, afterMs: 5_000 })));
  // Consumers are asked to move only at 2.5 s, when the providers have connected to another hub.
  expect(consumers).toEqual([0, 1].map(() => ({ kind: 'consumer', at: 2_500, afterMs: 7_500 })));
  expect(told).toHaveLength(4);
});

test('consumers of a hub without providers are asked to leave at once', async () => {
  const { clock, told } = setUp(['consumer', 'terminal']);
  await clock.advance(0);
  expect(told).toEqual([{ kind: 'consumer', at: 0, afterMs: MS }]);
});

test('draining ends when all peers but raw terminals have moved', async () => {
  const { clock, overAt, leave } = setUp(['provider', 'consumer', 'consumer', 'terminal']);
  await clock.advance(3_000);
  leave('provider');
  await clock.advance(1_000);
  expect(overAt()).toBeUndefined();
  leave('consumer');
  await clock.advance(0);
  expect(overAt()).toBe(4_000);
  expect(clock.pending).toBe(0);
});

test('draining lasts long enough for load balancers to notice, even without peers', async () => {
  const { clock, overAt, leave } = setUp(['consumer']);
  leave('consumer');
  await clock.advance(1_999);
  expect(overAt()).toBeUndefined();
  await clock.advance(1);
  expect(overAt()).toBe(2_000);
});

test('draining ends when the time is up', async () => {
  const { clock, overAt } = setUp(['provider', 'consumer']);
  await clock.advance(MS);
  expect(overAt()).toBe(MS);
});
