import { expect, test } from 'vitest';
import { seeded } from '../random.ts';
import { isKill, KILLS, makePlan } from './plan.ts';

const plan = (seed: number) => makePlan(seeded(seed), 1_000, 2);

test('a seed names its plan', () => {
  expect(plan(7)).toEqual(plan(7));
  expect(plan(7)).not.toEqual(plan(8));
});

test('a plan has as many kills as were asked for, of every kind', () => {
  const kills = plan(7).flatMap(({ faults }) => faults.filter(isKill));
  expect(kills).toHaveLength(1_000);
  for (const name of KILLS) expect(kills.filter((kill) => kill.name === name).length).toBeGreaterThan(50);
});
