/** A short check of latency during a deploy; `npm run chaos -- hubs rolling` is the full one. */
import { expect, test } from 'vitest';
import { brokenPromises } from '../../chaos/hubs/commands/rolling.ts';
import { rolling } from '../../chaos/hubs/rolling.ts';

const LIMIT_MS = 180_000;

test(
  'three hubs are replaced one after the other: no key of those who type is lost, or takes longer than a second',
  async () => {
    const rolled = await rolling({
      consumers: 12,
      everyMs: 250,
      calmMs: 500,
      direct: false,
      firestore: false,
    });
    expect(brokenPromises(rolled)).toEqual([]);
    expect(rolled.keys).toBeGreaterThan(100);
  },
  LIMIT_MS,
);
