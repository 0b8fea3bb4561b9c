/** A short form of `npm run chaos -- stalled`: viewers that stop reading must not affect other viewers. */
import { beforeAll, expect, test } from 'vitest';
import { type Outcome, runStalled } from '../../chaos/stalled/run.ts';
import { brokenPromises, type Limits, PROMISED } from '../../chaos/stalled.ts';
import { showTimes } from '../../testing/figures.ts';

const STALLED = 12;
const MS = 7_000;
/**
 * Loose limits. If a stalled viewer blocks other viewers, they get almost no bytes, which shows on any
 * machine. Smaller losses and echo times can be measured only on a quiet machine and over a longer time. `npm
 * run chaos -- stalled` checks them.
 */
const LIMITS: Limits = { ...PROMISED, rate: 0.2, p99: Number.POSITIVE_INFINITY };

let outcome: Outcome;

beforeAll(async () => {
  outcome = await runStalled({ stalled: STALLED, ms: MS, beforeMs: MS, step: (_name, run) => run() });
});

test('another viewer, another terminal and the hub’s memory do not notice that viewers stop to read', () => {
  expect(brokenPromises(outcome, LIMITS)).toEqual([]);
  for (const phase of ['before', 'during'] as const) {
    const { p50, p99 } = outcome[phase];
    showTimes(`a key ${phase}`, { p50, p99 });
    expect(p99).toBeGreaterThan(0);
  }
});

test('who read nothing is told how much that was, and reads on', () => {
  expect(outcome.skipped).toHaveLength(STALLED);
  for (const skipped of outcome.skipped) expect(skipped).toBeGreaterThan(1024 * 1024);
});
