/**
 * npm run chaos -- tunnel: 64 terminals talk both ways while hub, tunnel process and lines are killed at random. Every
 * byte has to come once, in order, and every channel back within a second.
 */
import { parseArgs } from 'node:util';
import { duration, say } from '../lib/console.ts';
import { untilTold, whole } from './lib/options.ts';
import { randomSeed } from './lib/random.ts';
import { ordeal } from './ordeal/ordeal.ts';
import { report, showProgress } from './ordeal/report.ts';
import { TUNNEL } from './tunnel/setting.ts';

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

  try {
    const outcome = await ordeal(
      TUNNEL,
      { ...options, keepLogs: values.logs, progress: showProgress(options.kills) },
      untilTold(),
    );
    report(options, outcome);
    if (values.logs) say(`  Logs: ${outcome.logs}\n`);
    const { p99 = 0 } = outcome.total;
    if (p99 >= RESUME_P99_MS) throw new Error(`Resume p99 is ${duration(p99)}, not under 1 s.`);
  } catch (error) {
    throw new Error(`${(error as Error).message}\nAgain with: ${command}`, { cause: error });
  }
}
