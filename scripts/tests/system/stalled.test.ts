/** A short form of `npm run chaos -- stalled`: nobody notices viewers that stop to read. */
import { beforeAll, expect, test } from 'vitest';
import { type Outcome, runStalled } from '../../chaos/stalled/run.ts';
import { brokenPromises, type Limits, PROMISED } from '../../chaos/stalled.ts';

const STALLED = 12;
const MS = 7_000;
/**
 * A viewer that holds others back leaves them next to nothing, which shows on any machine. Whether they lose a tenth
 * shows only where nothing else runs, in more than seconds: the command measures that, and promises more.
 */
const LIMITS: Limits = { ...PROMISED, rate: 0.5, p99: 4 };

let outcome: Outcome;

beforeAll(async () => {
  outcome = await runStalled({ stalled: STALLED, ms: MS, beforeMs: MS, step: (_name, run) => run() });
});

test('another viewer, another terminal and the hub’s memory do not notice that viewers stop to read', () => {
  expect(brokenPromises(outcome, LIMITS)).toEqual([]);
});

test('who read nothing is told how much that was, and reads on', () => {
  expect(outcome.skipped).toHaveLength(STALLED);
  for (const skipped of outcome.skipped) expect(skipped).toBeGreaterThan(1024 * 1024);
});
