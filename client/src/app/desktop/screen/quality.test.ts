/** The quality of the picture for different round-trip times. */
import { expect, test } from 'vitest';
import { FIRST_LEVEL, levelFor, qualityOf } from './quality.ts';

test('a far desktop has a coarser picture than a near one', () => {
  const qualities = [5, 60, 200, 900].map((rtt) => qualityOf(levelFor(rtt, 0)).qualityLevel);
  expect(qualities).toEqual([8, 6, 4, 2]);
});

test('a round trip near a limit does not change the quality back and forth', () => {
  let level = FIRST_LEVEL;
  const levels = [95, 105, 95, 105, 95].map((rtt) => {
    level = levelFor(rtt, level);
    return level;
  });
  expect(levels).toEqual([1, 2, 2, 2, 2]);
  expect(levelFor(60, level)).toBe(1);
  expect(levelFor(5, level)).toBe(0);
});
