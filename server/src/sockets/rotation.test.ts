import { legPair, SimClock } from '@unicore/protocol/sim';
import { expect, test } from 'vitest';
import { rotate } from './rotation.ts';

const MINUTE = 60_000;

/** Runs one socket. Returns when its peer was asked to leave and when the socket closed. */
async function socket(everyMs: number, stopAt?: number) {
  const clock = new SimClock();
  const told: { at: number; afterMs: number }[] = [];
  const closed: { at: number; code: string }[] = [];
  const { far: leg } = legPair(clock, 0, {
    near: {
      peer: 'hub',
      handler: () => ({
        goAway: (_code, afterMs) => told.push({ at: clock.now(), afterMs }),
        closed: (code) => closed.push({ at: clock.now(), code }),
      }),
    },
    far: { peer: 'consumer' },
  });
  await clock.until(() => leg.up, 100);
  const stop = rotate(leg, clock, everyMs);
  if (stopAt !== undefined) clock.after(stopAt, stop);
  await clock.advance(everyMs * 1.1 + 2 * MINUTE);
  return { told: told[0], closed: closed[0] };
}

test('a peer gets GOAWAY at 50 ± 5 minutes, and a minute later its socket closes', async () => {
  const sockets = await Promise.all(Array.from({ length: 20 }, () => socket(50 * MINUTE)));
  for (const { told, closed } of sockets) {
    expect(told!.at).toBeGreaterThanOrEqual(45 * MINUTE);
    expect(told!.at).toBeLessThanOrEqual(55 * MINUTE);
    expect(told!.afterMs).toBe(MINUTE);
    expect(closed).toEqual({ at: told!.at + MINUTE, code: 'GOING_AWAY' });
  }
  expect(new Set(sockets.map(({ told }) => told!.at)).size).toBe(20);
});

test('with a short maximum age, half of it is left to move', async () => {
  expect((await socket(2_000)).told!.afterMs).toBe(1_000);
});

test('a cancelled rotation does nothing', async () => {
  const { told, closed } = await socket(2_000, 1_000);
  expect([told, closed]).toEqual([undefined, undefined]);
});
