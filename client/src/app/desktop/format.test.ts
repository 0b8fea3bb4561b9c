/** How times and money of desktops are shown. */
import { expect, test } from 'vitest';
import { countdown, dollars, duration } from './format.ts';

test('a length of time is shown in at most two units', () => {
  expect([-5, 0, 1_449, 9_999, 42_000, 60_000, 750_000, 7_500_000, 7_200_000].map(duration)).toEqual([
    '0.0 s',
    '0.0 s',
    '1.4 s',
    '9.9 s',
    '42 s',
    '1 min',
    '12 min 30 s',
    '2 h 5 min',
    '2 h',
  ]);
});

test('a countdown shows seconds only near its end, and stops at zero', () => {
  expect([-1, 9_000, 249_000, 599_999, 600_000, 3_540_001, 3_900_000].map(countdown)).toEqual([
    '0:00',
    '0:09',
    '4:09',
    '9:59',
    '10 min',
    '1 h',
    '1 h 5 min',
  ]);
});

test('small amounts of money keep digits that say something', () => {
  expect([0, 0.00123, 0.0334, 1.5].map(dollars)).toEqual(['$0', '$0.0012', '$0.033', '$1.50']);
});
