/** A short run of `npm run fuzz`, which sends hostile frames to all code that reads frames. */
import { FrameType } from '@unicore/protocol';
import { expect, test } from 'vitest';
import { record } from '../../fuzz/recording.ts';
import { campaign } from '../../fuzz/run/campaign.ts';
import { TARGETS, type TargetName } from '../../fuzz/targets/index.ts';

/** Seed of the fuzzer. It is the same in each run, so that only a code change can cause a failure. */
const SEED = 1;
/** Time for each fuzzing target, in ms. */
const BUDGET_MS = 6_000;

test('recorded sessions hold every type of frame', async () => {
  const types = new Set((await record(SEED)).map((frame) => frame[1]));
  expect([...types].sort((a, b) => a! - b!)).toEqual(Object.values(FrameType));
});

test.each(Object.keys(TARGETS) as TargetName[])('hostile frames find no defect in the %s', async (target) => {
  const budget = { ms: BUDGET_MS, frames: Number.POSITIVE_INFINITY };
  const { failure, looks } = await campaign({ target, seed: SEED, budget, lookMs: BUDGET_MS, report() {} });
  expect(failure).toBeUndefined();
  expect(looks.at(-1)!.frames).toBeGreaterThan(0);
});
