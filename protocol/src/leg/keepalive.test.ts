/**
 * After some silence of the peer, a PING is sent. After more silence, the peer counts as dead. This holds on
 * any clock.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SimClock } from '../sim/index.ts';
import { Keepalive, PATIENCE } from './keepalive.ts';

test('sends a PING after 10 s of silence and gives up after 25 s, without spinning on a fractional clock', async () => {
  const fraction = fc.nat().map((n) => n / 21_474.836_47);
  await fc.assert(
    fc.asyncProperty(fraction, fraction, async (start, heardAt) => {
      const clock = new SimClock();
      await clock.advance(start);
      const asked: number[] = [];
      let timers = 0;
      let deadAt: number | undefined;
      const pulse = new Keepalive({
        patience: PATIENCE,
        clock: {
          now: () => clock.now(),
          soon: (run) => clock.soon(run),
          after: (ms, run) => {
            if (++timers > 100) throw new Error('it spins');
            return clock.after(ms, run);
          },
        },
        ping: () => asked.push(clock.now()),
        dead: () => {
          deadAt = clock.now();
        },
      });
      pulse.start();
      await clock.advance(heardAt % 9_000);
      pulse.heard();
      const heard = clock.now();
      await clock.advance(30_000);
      expect(asked[0]! - heard).toBeCloseTo(10_000, -1);
      expect(deadAt! - heard).toBeCloseTo(25_000, -1);
    }),
    { numRuns: 200 },
  );
});
