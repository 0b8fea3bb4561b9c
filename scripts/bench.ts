/** npm run bench -- [SUITE] [--json]: measures the tunnel beside its references, each in processes of its own. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { machine, type Report, table } from './bench/lib/report.ts';
import type { Result } from './bench/lib/result.ts';
import { SUITES } from './bench/suites/index.ts';
import { main, say } from './lib/console.ts';

const DEFAULT_REPS = 7;
const DEFAULT_SECONDS = 2;
const HELP = `npm run bench -- [SUITE] [options]
  SUITE            ${Object.keys(SUITES).join(', ')}; without it, all of them
  --json           one JSON document on one line in place of the table
  --reps N         paired repetitions (default ${DEFAULT_REPS})
  --seconds S      of each measurement (default ${DEFAULT_SECONDS})
  --cpu-prof DIR   write a CPU profile of each process of ours there`;

await main(async () => {
  const { suite, json, help, ...options } = parseOptions();
  if (help) return say(HELP);
  const progress = (line: string) => process.stderr.write(`${line}\n`);
  const at = machine();
  const results: Result[] = [];
  for (const [name, run] of Object.entries(SUITES)) {
    if (suite !== 'all' && name !== suite) continue;
    const found = await run({ ...options, progress });
    results.push(
      ...found.map((result) => (suite === 'all' ? { ...result, name: `${name}: ${result.name}` } : result)),
    );
  }
  const report: Report = { suite, machine: at, results };
  say(json ? JSON.stringify(report) : table(report));
});

function parseOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      reps: { type: 'string', default: String(DEFAULT_REPS) },
      seconds: { type: 'string', default: String(DEFAULT_SECONDS) },
      'cpu-prof': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const [suite = 'all', ...rest] = positionals;
  if (rest.length > 0) throw new Error(`One suite, or none for all of them.\n${HELP}`);
  if (suite !== 'all' && !(suite in SUITES)) throw new Error(`There is no suite ${suite}.\n${HELP}`);
  const reps = Number(values.reps);
  if (!Number.isInteger(reps) || reps < 1) throw new Error(`--reps is "${values.reps}": a number from 1 on.`);
  const seconds = Number(values.seconds);
  if (!(seconds > 0)) throw new Error(`--seconds is "${values.seconds}": a number above 0.`);
  const folder = values['cpu-prof'];
  const cpuProf = folder === undefined ? undefined : resolve(folder);
  return { suite, json: values.json, help: values.help, reps, seconds, cpuProf };
}
