import { SimClock } from '@unicore/protocol/sim';
import { expect, test } from 'vitest';
import { Rate } from './rate.ts';

const taken = (rate: Rate, tries: number) =>
  Array.from({ length: tries }, () => rate.take()).filter(Boolean).length;

test('allows a burst of one second, then the rate per second', async () => {
  const clock = new SimClock();
  const rate = new Rate(clock, 10);
  expect(taken(rate, 15)).toBe(10);
  await clock.advance(500);
  expect(taken(rate, 15)).toBe(5);
});

test('allows the given burst', async () => {
  const clock = new SimClock();
  const rate = new Rate(clock, 10, 30);
  expect(taken(rate, 40)).toBe(30);
  await clock.advance(500);
  expect(taken(rate, 40)).toBe(5);
});

test('a long pause does not increase the burst', async () => {
  const clock = new SimClock();
  const rate = new Rate(clock, 10);
  await clock.advance(60_000);
  expect(taken(rate, 100)).toBe(10);
});
