/**
 * Runs each benchmark suite from its command line to its JSON report. The test does not check the measured
 * values, because the runs are too short.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { SUITES } from './suites/index.ts';

/**
 * Time limit of one suite. A suite takes this long only if it hangs. Suites start processes, record programs
 * and open hundreds of connections.
 */
const LIMIT_MS = 1_200_000;

/** Numbers of consumers for the scale suite. The other suites ignore this option. */
const CONSUMERS = '40,60';

const Result = z.strictObject({
  name: z.string(),
  value: z.number().nullable(),
  unit: z.string(),
  reference: z.strictObject({ name: z.string(), value: z.number().nullable() }),
  ratio: z.number().nullable(),
  spread: z.tuple([z.number(), z.number()]).optional(),
  goal: z.string(),
  ok: z.boolean(),
  more: z.record(z.string(), z.number().nullable()).optional(),
  note: z.string().optional(),
});
const Report = z.strictObject({
  suite: z.string(),
  machine: z.object({ cpu: z.string(), cores: z.number(), node: z.string() }),
  results: z.array(Result).nonempty(),
});

/** A suite with real browsers, which paint nothing for a minute while eight other suites run. */
const APART = 'vnc';
const NAME = 'the suite %s prints its results as one JSON document';

// Most suites mostly wait for their processes. Therefore the tests run in parallel.
test.concurrent.each(Object.keys(SUITES).filter((suite) => suite !== APART))(NAME, prints, LIMIT_MS);
test.each([APART])(NAME, prints, LIMIT_MS);

async function prints(suite: string): Promise<void> {
  const script = new URL('../bench.ts', import.meta.url).pathname;
  const short = ['--json', '--reps', '1', '--seconds', '0.5', '--consumers', CONSUMERS];
  const args = ['--disable-warning=ExperimentalWarning', script, suite, ...short];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: LIMIT_MS });
  const report = Report.parse(JSON.parse(stdout));
  expect(report.suite).toBe(suite);
  const names = report.results.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
}
