/**
 * npm run chaos -- stalled: a program sends bulk data to a terminal, and some viewers of the terminal stop
 * reading. Other viewers of the terminal, other terminals and the hub's memory must not be affected.
 */
import { parseArgs } from 'node:util';
import { duration, paint, say, step } from '../lib/console.ts';
import { whole } from './lib/options.ts';
import type { Measured } from './stalled/measure.ts';
import { type Outcome, runStalled } from './stalled/run.ts';

/** Limits for the product while some viewers have stopped reading (are stalled). */
export interface Limits {
  /**
   * While other viewers are stalled, the viewer that still reads must keep at least this share of its earlier
   * data rate (0 to 1).
   */
  readonly rate: number;
  /**
   * While viewers are stalled, the p99 keystroke latency in another terminal may be at most this many times
   * the earlier p99.
   */
  readonly p99: number;
  /**
   * While viewers are stalled, the hub's memory may be at most this many bytes higher than when all viewers
   * still read.
   */
  readonly memory: number;
}

export const PROMISED: Limits = { rate: 0.9, p99: 1.5, memory: 16 * 1024 * 1024 };
const HELP = `npm run chaos -- stalled [options]
  --stalled N    viewers that do not read, at most 50 (default 50)
  --seconds N    for how long (default 60)`;

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      stalled: { type: 'string', default: '50' },
      seconds: { type: 'string', default: '60' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return say(HELP);
  const stalled = whole('stalled', values.stalled, 1, 50);
  const ms = whole('seconds', values.seconds, 1, 3_600) * 1000;
  const outcome = await runStalled({ stalled, ms, beforeMs: Math.min(20_000, ms), step });
  report(outcome);
  const broken = brokenPromises(outcome, PROMISED);
  if (broken.length > 0) throw new Error(broken.join('\n'));
}

/** Returns a sentence for each limit that the product exceeded. The list is empty if it kept all limits. */
export function brokenPromises({ before, together, during }: Outcome, limits: Limits): string[] {
  const broken: string[] = [];
  const rate = during.rate / before.rate;
  if (rate < limits.rate) broken.push(`The viewer that reads got ${percent(rate)} of its rate.`);
  const p99 = during.p99 / before.p99;
  if (p99 > limits.p99) broken.push(`A keystroke elsewhere took ${p99.toFixed(2)} × as long at p99.`);
  const grown = during.memory - together.memory;
  if (grown > limits.memory) broken.push(`The hub's memory grew by ${megabytes(grown)}.`);
  return broken;
}

function report({ skipped, ...phases }: Outcome): void {
  say(
    `\n  ${''.padEnd(10)}${['read', 'key p50', 'key p99', 'hub'].map((head) => head.padStart(12)).join('')}`,
  );
  for (const [name, measured] of Object.entries(phases)) say(line(name, measured));
  const least = Math.min(...skipped);
  say(`\n  ${skipped.length} stalled viewers were told what they missed, at least ${megabytes(least)}.\n`);
}

function line(name: string, { rate, p50, p99, memory }: Measured): string {
  const cells = [`${megabytes(rate)}/s`, duration1(p50), duration1(p99), megabytes(memory)];
  const text = `  ${name.padEnd(10)}${cells.map((cell) => cell.padStart(12)).join('')}`;
  return name === 'during' ? paint('bold', text) : text;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** Formats a latency, which may be a fraction of a millisecond. */
function duration1(ms: number): string {
  return ms < 10 ? `${ms.toFixed(2)} ms` : duration(ms);
}
