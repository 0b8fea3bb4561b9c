/**
 * Benchmark suite (scale): how the cost grows with the number of consumers. There are two hubs with Redis,
 * and each consumer types one key per second.
 */
import { readFile } from 'node:fs/promises';
import type { Options } from '../lib/options.ts';
import { costs } from '../lib/profile.ts';
import type { Result } from '../lib/result.ts';
import { echo, figuresOf, MOST_P99_MS } from '../scale/figures.ts';
import { held } from '../scale/process-memory.ts';
import { type Step, step } from '../scale/step.ts';
import { profileOf, System } from '../scale/system.ts';

export const CONSUMERS: readonly number[] = [100, 500, 1_000, 2_000, 5_000];
export const CONSUMERS_PER_PROVIDER = 5;
/** How many functions of a CPU profile the report shows. */
const COSTS = 12;
/** Goal: a machine with two cores can serve this many consumers. */
const LEAST = 2_000;

export async function scale(options: Options): Promise<Result[]> {
  const { seconds, progress, cpuProf, consumers: counts = CONSUMERS } = options;
  const most = counts.at(-1)!;
  const providers = Math.min(most, options.providers ?? Math.ceil(most / CONSUMERS_PER_PROVIDER));
  const system = await System.start({ providers, consumers: most, cpuProf });
  const steps: Step[] = [];
  try {
    const nobody = held(system.pids.hubs);
    for (const consumers of counts) steps.push(await step({ system, consumers, seconds, nobody, progress }));
  } finally {
    await system.stop();
  }
  const results = [...steps.flatMap((one) => figuresOf(one, steps[0]!)), carried(steps)];
  return cpuProf === undefined ? results : [...results, await costliest(steps.at(-1)!, cpuProf)];
}

/** Returns the functions that used the most CPU time of a hub in the step with the most consumers. */
async function costliest({ consumers, between }: Step, folder: string): Promise<Result> {
  const found = costs(await readFile(profileOf(0, folder), 'utf8'), ...between).slice(0, COSTS);
  return {
    name: `what costs a hub most, of the time it is busy, ${consumers} consumers`,
    value: 100 * (found[0]?.share ?? Number.NaN),
    unit: `%`,
    reference: { name: found[0]?.what ?? 'nothing', value: null },
    ratio: null,
    goal: '',
    ok: true,
    note: found.map(({ what, share }) => `${(100 * share).toFixed(1)} % ${what}`).join(', '),
  };
}

/**
 * Returns the largest number of connected consumers with which the echo time of keys (p99) still met its
 * goal.
 */
function carried(steps: readonly Step[]): Result {
  const over = steps.findIndex((one) => echo(one, 0.99) > MOST_P99_MS);
  const value = steps.at(over === -1 ? -1 : over - 1)!.consumers;
  const tried = steps.at(-1)!.consumers;
  return {
    name: `consumers carried with p99 under ${MOST_P99_MS} ms`,
    value: over === 0 ? 0 : value,
    unit: '',
    reference: { name: 'tried', value: tried },
    ratio: null,
    goal: tried < LEAST ? '' : `≥ ${LEAST}`,
    ok: tried < LEAST || (over !== 0 && value >= LEAST),
  };
}
