/** Sizes, ages and counts are formatted for people. */
import { expect, test } from 'vitest';
import { age, bytes, plural } from './format.ts';

test('sizes are in binary units with no more digits than they need', () => {
  expect([0, 900, 512 * 2 ** 20, 1.5 * 2 ** 30, 2 ** 31, 64 * 2 ** 30].map(bytes)).toEqual([
    '0 B',
    '900 B',
    '512 MiB',
    '1.5 GiB',
    '2 GiB',
    '64 GiB',
  ]);
});

test('an age has one unit, and is never negative if a clock runs ahead', () => {
  const now = 10 * 86_400_000;
  expect(
    [-5_000, 3_000, 40_000, 5 * 60_000, 3 * 3_600_000, 2 * 86_400_000].map((ms) => age(now - ms, now)),
  ).toEqual(['just now', 'just now', '40 s ago', '5 min ago', '3 h ago', '2 d ago']);
});

test('a count of one is singular', () => {
  expect([plural(0, 'machine'), plural(1, 'machine'), plural(2, 'machine')]).toEqual([
    '0 machines',
    '1 machine',
    '2 machines',
  ]);
});
