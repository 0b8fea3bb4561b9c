/**
 * Simulated time costs so little that tests can use hours, and timers run in the same order as real timers.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SimClock } from './clock.ts';

test('timers run in the order of their times, and those of one moment in the order in which they were set', async () => {
  const timers = fc.array(fc.record({ ms: fc.nat(20), cancelled: fc.boolean() }), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(timers, async (set) => {
      const clock = new SimClock();
      const ran: number[] = [];
      const cancels = set.map(({ ms }, i) => clock.after(ms, () => ran.push(i)));
      for (const [i, { cancelled }] of set.entries()) if (cancelled) cancels[i]!();
      await clock.advance(20);
      const left = [...set.keys()].filter((i) => !set[i]!.cancelled);
      expect(ran).toEqual(left.sort((a, b) => set[a]!.ms - set[b]!.ms || a - b));
      expect(clock.pending).toBe(0);
    }),
  );
});

test('everything that follows from a timer happens before the next one', async () => {
  const clock = new SimClock();
  const said: string[] = [];
  clock.after(1, async () => {
    for (let i = 0; i < 100; i++) await undefined;
    said.push('after a hundred turns');
    queueMicrotask(() => said.push('and what came of it'));
  });
  clock.after(1, () => said.push('the next timer'));
  await clock.advance(1);
  expect(said).toEqual(['after a hundred turns', 'and what came of it', 'the next timer']);
});

test('time stops where it was told to, and a timer sees the time that it was set for', async () => {
  const clock = new SimClock();
  const moments: number[] = [];
  clock.after(3, () => clock.after(4, () => moments.push(clock.now())));
  await clock.advance(10);
  expect([clock.now(), ...moments]).toEqual([10, 7]);
});

test('a condition that is never met is an error', async () => {
  const clock = new SimClock();
  clock.after(5, () => {});
  await expect(clock.until(() => clock.now() > 50, 10)).rejects.toThrow('still not so after 10 ms');
});
