/**
 * Make before break: a channel moves to other legs while bytes flow, and the applications at both ends do not
 * notice the move.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { done, expectWhole, setup } from '../testing/transfer/index.ts';

const move = fc.record({
  at: fc.integer({ min: 60, max: 1_500 }),
  what: fc.constantFrom('moveConsumer', 'moveProvider'),
});

describe('a channel that moves', () => {
  test('loses, repeats and reorders nothing, and its handler hears of no detachment', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(move, { maxLength: 12 }),
        fc.nat(150_000),
        fc.nat(150_000),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }),
        async (moves, up, down, delays) => {
          // The sockets have different delays, so later bytes may arrive first on the other socket.
          let socket = 0;
          const delayMs = () => delays[socket++ % delays.length]!;
          const s = setup({ up: up + 1, down: down + 1, delayMs });
          for (const { at, what } of moves) s.path.clock.after(at, () => s.path[what]());
          await s.path.clock.advance(1_500);
          await s.path.clock.until(() => done(s), 300_000);
          expectWhole(s.consumer, s.provider);
          expect(s.consumer.detachments).toBe(0);
        },
      ),
      { numRuns: 40 },
    );
  });

  test.each(['moveConsumer', 'moveProvider'] as const)(
    'delivers a key that is typed in the middle of %s at most a round trip late',
    async (what) => {
      const idle = await keyDelay();
      let worst = 0;
      for (let after = 0; after <= 60; after++) worst = Math.max(worst, await keyDelay({ what, after }));
      expect(idle).toBe(10);
      expect(worst).toBeLessThanOrEqual(idle + 20);
    },
  );

  test('leaves the old socket, which then closes', async () => {
    const s = setup({ up: 1, down: 10_000_000 });
    await s.path.clock.until(() => s.consumer.received > 100_000, 10_000);
    const old = { consumer: s.path.consumerLeg!, provider: s.path.providerLeg! };
    s.path.moveConsumer();
    s.path.moveProvider();
    const before = s.consumer.received;
    await s.path.clock.advance(100);
    expect([old.consumer.open, old.provider.open]).toEqual([false, false]);
    expect([s.path.consumerLeg!.channels, s.path.providerLeg!.channels]).toEqual([1, 1]);
    expect(s.consumer.received).toBeGreaterThan(before + 200_000);
    expect([s.consumer.detachments, s.accepted.length]).toEqual([0, 1]);
  });
});

/** Returns the ms from a keystroke to its arrival, with a move that began `after` ms before the keystroke. */
async function keyDelay(moved?: { what: 'moveConsumer' | 'moveProvider'; after: number }): Promise<number> {
  const s = setup({ up: 0, down: 0 });
  const { clock } = s.path;
  await clock.until(() => s.opener.attachedNow && s.provider.channel !== undefined, 1_000);
  await clock.advance(100);
  if (moved) {
    s.path[moved.what]();
    await clock.advance(moved.after);
  }
  const typedAt = clock.now();
  let arrivedAt = 0;
  s.provider.handler.data = () => {
    arrivedAt = clock.now();
  };
  s.consumer.handler.pull = () => (s.consumer.sent++ === 0 ? Uint8Array.of(1) : undefined);
  s.opener.wake();
  await clock.until(() => arrivedAt > 0, 5_000);
  return arrivedAt - typedAt;
}
