/** How a budget shortens the life of a desktop. */
import { SimClock } from '@unicore/protocol/sim';
import { expect, test } from 'vitest';
import { Spending } from './spending.ts';

const BUDGET = { dollars: 0.01, perMs: 44e-9, perSentByte: 0.12e-9 };
const GIGABIT = 125_000;

/** Runs a desktop that sends `perMs` bytes per ms from `fromMs` on. Returns its cost at the end of its life. */
async function spent(perMs: number, fromMs = 0) {
  const clock = new SimClock();
  let lifeMs = Number.POSITIVE_INFINITY;
  const sentBytes = () => Math.max(0, clock.now() - fromMs) * perMs;
  const spending = new Spending({
    clock,
    budget: BUDGET,
    use: async () => ({ ms: clock.now(), sentBytes: sentBytes() }),
    allows: (ms) => (lifeMs = ms),
  });
  while (clock.now() < lifeMs) await clock.advance(1);
  spending.stop();
  return clock.now() * BUDGET.perMs + sentBytes() * BUDGET.perSentByte;
}

test('a desktop that sends nothing lives as long as its budget pays for', async () => {
  expect(await spent(0)).toBeCloseTo(BUDGET.dollars, 6);
});

test.each([1_000, 20_000, GIGABIT])('at %d bytes per ms the budget is kept', async (perMs) => {
  for (const fromMs of [0, 100, 10_000, 100_000]) {
    const cost = await spent(perMs, fromMs);
    // Between two checks, 2.5 MB can be sent at 1 Gbit/s.
    expect(cost).toBeLessThan(BUDGET.dollars + 20 * GIGABIT * BUDGET.perSentByte);
    expect(cost).toBeGreaterThan(BUDGET.dollars * 0.99);
  }
});
