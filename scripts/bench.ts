/**
 * npm run bench -- [SUITE] [--json]: runs the benchmarks. They compare UniCore with other systems, each in
 * its own processes.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { machine, type Report, table } from './bench/lib/report.ts';
import type { Result } from './bench/lib/result.ts';
import { SUITES } from './bench/suites/index.ts';
import { CONSUMERS, CONSUMERS_PER_PROVIDER } from './bench/suites/scale.ts';
import { main, say } from './lib/console.ts';

const DEFAULT_REPS = 7;
const DEFAULT_SECONDS = 2;
/** Duration of one measurement, in seconds, for benchmark suites that need more than the default. */
const SECONDS: Readonly<Record<string, number>> = { scale: 20 };
const HELP = `npm run bench -- [SUITE] [options]
  SUITE            ${Object.keys(SUITES).join(', ')}; without it, all of them
  --json           one JSON document on one line in place of the table
  --reps N         paired repetitions (default ${DEFAULT_REPS})
  --seconds S      of each measurement (default ${DEFAULT_SECONDS}; of scale ${SECONDS.scale})
  --consumers N,N  of scale: how many consumers, step by step (default ${CONSUMERS.join(',')})
  --providers N    of scale: providers in the end (default: one for ${CONSUMERS_PER_PROVIDER} consumers)
  --cpu-prof DIR   write a CPU profile of each UniCore process to this folder`;

await main(async () => {
  const { suite, json, help, seconds, ...options } = parseOptions();
  if (help) return say(HELP);
  const progress = (line: string) => process.stderr.write(`${line}\n`);
  const at = machine();
  const results: Result[] = [];
  for (const [name, run] of Object.entries(SUITES)) {
    if (suite !== 'all' && name !== suite) continue;
    const found = await run({ ...options, seconds: seconds ?? SECONDS[name] ?? DEFAULT_SECONDS, progress });
    results.push(
      ...found.map((result) => (suite === 'all' ? { ...result, name: `${name}: ${result.name}` } : result)),
    );
  }
  const report: Report = { suite, machine: at, results };
  say(json ? JSON.stringify(report) : table(report));
  // For each closed channel, the protocol code has a timer of two minutes. Without exit(), these timers would
  // keep this process alive.
  process.exit();
});

function parseOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      reps: { type: 'string', default: String(DEFAULT_REPS) },
      seconds: { type: 'string' },
      consumers: { type: 'string' },
      providers: { type: 'string' },
      'cpu-prof': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const [suite = 'all', ...rest] = positionals;
  if (rest.length > 0) throw new Error(`One suite, or none for all of them.\n${HELP}`);
  if (suite !== 'all' && !(suite in SUITES)) throw new Error(`There is no suite ${suite}.\n${HELP}`);
  const reps = count('reps', values.reps);
  const seconds = values.seconds === undefined ? undefined : Number(values.seconds);
  if (seconds !== undefined && !(seconds > 0))
    throw new Error(`--seconds is "${values.seconds}": a number above 0.`);
  const consumers = values.consumers?.split(',').map((text) => count('consumers', text));
  if (consumers?.some((each, i) => i > 0 && each <= consumers[i - 1]!))
    throw new Error(`--consumers is "${values.consumers}": each number must be above the one before it.`);
  const providers = values.providers === undefined ? undefined : count('providers', values.providers);
  const folder = values['cpu-prof'];
  const cpuProf = folder === undefined ? undefined : resolve(folder);
  const { json, help } = values;
  return { suite, json, help, reps, seconds, consumers, providers, cpuProf };
}

function count(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new Error(`--${option} is "${text}": a number from 1 on.`);
}
