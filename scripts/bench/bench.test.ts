/** Runs each bench suite from its command line to its JSON. The figures of such a short run are not checked. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { SUITES } from './suites/index.ts';

/** Time limit of one suite, for hangs only: a suite starts processes, records programs and opens hundreds of connections. */
const LIMIT_MS = 1_200_000;

/** Consumer counts for the scale suite; the other suites ignore them. */
const CONSUMERS = '40,60';

const Result = z.strictObject({
  name: z.string(),
  value: z.number(),
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

// Suites wait for their processes most of the time, so they run side by side.
test.concurrent.each(Object.keys(SUITES))(
  'the suite %s prints its results as one JSON document',
  async (suite) => {
    const script = new URL('../bench.ts', import.meta.url).pathname;
    const args = [
      '--disable-warning=ExperimentalWarning',
      script,
      suite,
      '--json',
      '--reps',
      '1',
      '--seconds',
      '0.5',
      '--consumers',
      CONSUMERS,
    ];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: LIMIT_MS });
    const report = Report.parse(JSON.parse(stdout));
    expect(report.suite).toBe(suite);
    const names = report.results.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  },
  LIMIT_MS,
);
