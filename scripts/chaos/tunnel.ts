/**
 * npm run chaos -- tunnel: 64 terminals talk both ways while hub, tunnel process and lines are killed at random. Every
 * byte has to come once, in order, and every channel back within a second.
 */
import { parseArgs } from 'node:util';
import { duration, paint, say } from '../lib/console.ts';
import { randomSeed } from './random.ts';
import { type Outcome, ordeal } from './tunnel/ordeal.ts';
import type { Row } from './tunnel/resumes.ts';

/** The promise of the tunnel: so long after a hop is back, 99 of 100 channels go on. */
const RESUME_P99_MS = 1_000;
const HELP = `npm run chaos -- tunnel [options]
  --kills N      how often something is killed (default 100; 1000 is the whole promise)
  --seed S       repeats the same faults (default: any)
  --channels N   terminals, at most 64 (default 64)
  --rate N       bytes a second each way of each channel (default 16384, which two cores carry with room to catch up)
  --logs         keep the logs even if all goes well`;

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      kills: { type: 'string', default: '100' },
      seed: { type: 'string', default: String(randomSeed()) },
      channels: { type: 'string', default: '64' },
      rate: { type: 'string', default: '16384' },
      logs: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return say(HELP);
  const options = {
    kills: whole('kills', values.kills, 1, 1_000_000),
    seed: whole('seed', values.seed, 0, 2 ** 32 - 1),
    channels: whole('channels', values.channels, 2, 64),
    rate: whole('rate', values.rate, 1_000, 10_000_000),
  };
  const again = Object.entries(options).map(([name, value]) => `--${name} ${value}`);
  const command = `npm run chaos -- tunnel ${again.join(' ')}`;
  say(`  ${command}`);

  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort());
  process.once('disconnect', () => stop.abort());
  try {
    const outcome = await ordeal(
      { ...options, keepLogs: values.logs, progress: showProgress(options.kills) },
      stop.signal,
    );
    report(options, outcome);
    if (values.logs) say(`  Logs: ${outcome.logs}\n`);
    const { p99 = 0 } = outcome.total;
    if (p99 >= RESUME_P99_MS) throw new Error(`Resume p99 is ${duration(p99)}, not under 1 s.`);
  } catch (error) {
    throw new Error(`${(error as Error).message}\nAgain with: ${command}`, { cause: error });
  }
}

function report({ channels }: { channels: number }, { bytes, rows, total, tookMs }: Outcome): void {
  say(
    `\n  ${'fault'.padEnd(24)}${['times', 'resumes', 'p50', 'p99', 'max'].map((head) => head.padStart(9)).join('')}`,
  );
  for (const row of rows) say(line(row));
  say(paint('bold', line(total)));
  const sum = (count: number) => `${Math.round(count / 1e6)} MB`;
  say(`\n  ${channels} channels, ${sum(bytes.down)} down and ${sum(bytes.up)} up in ${duration(tookMs)}:`);
  say(`  ${paint('green', '0 lost, 0 duplicated, 0 reordered')}\n`);
}

function line({ name, faults, resumes, p50, p99, max }: Row): string {
  const times = [p50, p99, max].map((ms) => (ms === undefined ? '-' : duration(ms)));
  return `  ${name.padEnd(24)}${[faults, resumes, ...times].map((cell) => String(cell).padStart(9)).join('')}`;
}

/** A line at each tenth. */
function showProgress(kills: number): (done: number) => void {
  let shown = 0;
  return (done) => {
    const tenths = Math.floor((10 * done) / kills);
    if (tenths > shown) say(paint('dim', `  ${done} of ${kills}`));
    shown = tenths;
  };
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`--${name} is "${text}": it must be a whole number from ${least} to ${most}.`);
}
