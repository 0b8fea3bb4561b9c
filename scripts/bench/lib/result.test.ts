import { expect, test } from 'vitest';
import { percentile } from '../../lib/stats.ts';
import { atLeast, atMost, paired, without } from './result.ts';

const reference = { name: 'reference', values: [10, 20, 40] };

test('the ratio is the median of the pairs, not the ratio of the medians', () => {
  const result = paired({ name: 'x', unit: 's', ours: [30, 20, 20], reference, goal: atLeast(1.5) });
  expect(result).toMatchObject({ value: 20, ratio: 1, spread: [0.5, 3], goal: '≥ 1.50 ×', ok: false });
  expect(result.reference).toEqual({ name: 'reference', value: 20 });
});

test('a ratio at its limit reaches the goal', () => {
  const ours = { name: 'x', unit: 's', ours: [12, 24, 48], reference };
  expect(paired({ ...ours, goal: atMost(1.2) }).ok).toBe(true);
  expect(paired({ ...ours, goal: atMost(1.1) }).ok).toBe(false);
});

test('a figure without its reference misses its goal, and says why', () => {
  const result = without('not installed', { name: 'x', unit: 's', ours: [1], goal: atMost(1) }, 'sshd');
  expect(result).toMatchObject({
    value: 1,
    ratio: null,
    ok: false,
    reference: { name: 'sshd', value: null },
  });
  expect(result.note).toContain('not installed');
});

test('a percentile is one of the samples', () => {
  const samples = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentile(samples, 0.5)).toBe(51);
  expect(percentile(samples, 0.99)).toBe(100);
  expect(percentile([7], 0.99)).toBe(7);
});
