/**
 * Tests that the connection to the keeper is restored when it breaks, and that waiting for the connection has
 * a time limit.
 */
import type { Leg } from '@unicore/protocol';
import { SimClock } from '@unicore/protocol/sim';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { KeeperConnection } from './connect.ts';
import { KeeperLink } from './keeper-link.ts';

function setUp() {
  const clock = new SimClock();
  const tries: number[] = [];
  const changes: boolean[] = [];
  const closes: string[] = [];
  const state = { away: false, die: () => {} };
  const link = new KeeperLink({
    connect: async () => {
      tries.push(clock.now());
      if (state.away) throw new Error('no keeper');
      const { promise, resolve } = Promise.withResolvers<void>();
      state.die = resolve;
      const leg = { close: (code: string) => closes.push(code) } as unknown as Leg;
      return { leg, closed: promise } as KeeperConnection;
    },
    changed: (connected) => changes.push(connected),
    clock,
    random: () => 0.5,
    log: pino({ level: 'silent' }),
  });
  return { clock, link, tries, changes, closes, state };
}

test('a lost connection to the keeper is restored at once, repeatedly', async () => {
  const { clock, link, state, changes } = setUp();
  link.start();
  for (let i = 0; i < 3; i++) {
    await clock.advance(200);
    state.die();
  }
  await clock.advance(200);
  expect(changes).toEqual([true, false, true, false, true, false, true]);
});

test('get() resolves as soon as the keeper is there', async () => {
  const { clock, link, state } = setUp();
  state.away = true;
  link.start();
  await clock.advance(1_000);
  const waiting = link.get();
  state.away = false;
  await clock.advance(3_000);
  expect(await waiting).toBe(await link.get());
});

test('get() rejects after 5 s without a keeper, with an error that can be retried', async () => {
  const { clock, link, state } = setUp();
  state.away = true;
  link.start();
  const waiting = expect(link.get()).rejects.toMatchObject({ code: 'LEG_LOST' });
  await clock.advance(5_000);
  await waiting;
});

test('closing leaves the keeper running and stops connecting', async () => {
  const { clock, link, tries, closes, state } = setUp();
  link.start();
  await clock.advance(100);
  link.close();
  state.die();
  await clock.advance(60_000);
  expect(closes).toEqual(['GOING_AWAY']);
  expect(tries).toHaveLength(1);
});
