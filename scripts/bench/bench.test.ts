/** Every suite runs from its command to its JSON. What it measures in so short a time is not looked at. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { SUITES } from './suites/index.ts';

/** Processes, recordings and hundreds of connections; a limit for hangs only. */
const LIMIT_MS = 1_200_000;

/** Of the suite that grows; others do not look at it. */
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

// They wait for one another's processes most of the time, so they wait together.
test.concurrent.each(Object.keys(SUITES))(
  'the suite %s says what it measured as one JSON document',
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
