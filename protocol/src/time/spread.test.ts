import { expect, test } from 'vitest';
import { SimClock } from '../sim/index.ts';
import { spread } from './spread.ts';

test('a thousand jobs run in order within two seconds, a few at a time', async () => {
  const clock = new SimClock();
  const done: { job: number; at: number }[] = [];
  spread(
    clock,
    Array.from({ length: 1_000 }, (_, job) => () => done.push({ job, at: clock.now() })),
  );
  expect(done.length).toBeLessThanOrEqual(20);
  await clock.advance(2_000);
  expect(done.map(({ job }) => job)).toEqual(Array.from({ length: 1_000 }, (_, job) => job));
  const moments = new Set(done.map(({ at }) => at));
  expect(moments.size).toBeGreaterThan(50);
});

test('after cancel, the remaining jobs do not run', async () => {
  const clock = new SimClock();
  let done = 0;
  const cancel = spread(
    clock,
    Array.from({ length: 100 }, () => () => done++),
  );
  const before = done;
  cancel();
  await clock.advance(1_000);
  expect(done).toBe(before);
});
