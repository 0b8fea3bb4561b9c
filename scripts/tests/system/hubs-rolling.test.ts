/**
 * A short form of `npm run chaos -- hubs rolling`, which checks what a deploy costs users who type. Only the
 * full command also checks durations.
 */
import { expect, test } from 'vitest';
import { rolling } from '../../chaos/hubs/rolling.ts';
import { showTimes } from '../../testing/figures.ts';

const LIMIT_MS = 900_000;

test(
  'three hubs are replaced one after the other: no key of those who type is lost',
  async () => {
    const rolled = await rolling({
      consumers: 12,
      everyMs: 250,
      calmMs: 500,
      direct: false,
      firestore: false,
    });
    for (const { name, keys, p50, max } of rolled.phases) {
      showTimes(name, { p50, max });
      expect(keys, name).toBeGreaterThan(0);
    }
    expect(rolled.keys).toBeGreaterThan(100);
  },
  LIMIT_MS,
);
