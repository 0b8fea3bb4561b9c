import { expect, test } from 'vitest';
import { Backoff } from './backoff.ts';

const pauses = (backoff: Backoff, count: number) => Array.from({ length: count }, () => backoff.next());

test('pauses double up to the longest, and start again after a success', () => {
  const backoff = new Backoff({ first: 100, most: 700, random: () => 0.999_999 });
  expect(pauses(backoff, 5).map(Math.round)).toEqual([100, 200, 400, 700, 700]);
  backoff.reset();
  expect(Math.round(backoff.next())).toBe(100);
});

test('pauses are between half and all of their step', () => {
  expect(new Backoff({ first: 100, most: 700, random: () => 0 }).next()).toBe(50);
});

test('pauses get longer after a long outage', () => {
  const later = { after: 3_000, most: 5_000 };
  const backoff = new Backoff({ first: 500, most: 700, later, random: () => 0.999_999 });
  expect(pauses(backoff, 9).map(Math.round)).toEqual([500, 700, 700, 700, 700, 1400, 2800, 5000, 5000]);
  backoff.reset();
  expect(pauses(backoff, 2).map(Math.round)).toEqual([500, 700]);
});
