/**
 * npm run chaos -- hubs: terminals talk both ways while hubs, Redis and sockets are killed at random. Every byte has to come
 * once, in order, at whichever hubs consumer and provider are.
 */
import { parseArgs } from 'node:util';
import { say } from '../../../lib/console.ts';
import { untilTold, whole } from '../../lib/options.ts';
import { randomSeed } from '../../lib/random.ts';
import { ordeal } from '../../ordeal/ordeal.ts';
import { report, showProgress } from '../../ordeal/report.ts';
import { hubsSetting } from '../setting.ts';

/** With a VM each, as a VM has at most 32 terminals. */
const CONSUMERS = 4;
const PROVIDERS = 2;

const HELP = `npm run chaos -- hubs [options]
  --kills N      how often something is killed (default 60; 300 is the whole promise)
  --seed S       repeats the same faults (default: any)
  --channels N   terminals, at most 64 (default 32)
  --rate N       bytes a second each way of each channel (default 8192)
  --direct       hubs open sockets to one another (HUB_PEER_URL); otherwise all between them goes by Redis
  --sqlite       they share a SQLite file, not a Firestore of our own
  --logs         keep the logs even if all goes well
npm run chaos -- hubs rolling --help, npm run chaos -- hubs redis --help: other things that happen to them`;

export async function killCommand(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      kills: { type: 'string', default: '60' },
      seed: { type: 'string', default: String(randomSeed()) },
      channels: { type: 'string', default: '32' },
      rate: { type: 'string', default: '8192' },
      direct: { type: 'boolean', default: false },
      sqlite: { type: 'boolean', default: false },
      logs: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return say(HELP);
  const options = {
    kills: whole('kills', values.kills, 1, 1_000_000),
    seed: whole('seed', values.seed, 0, 2 ** 32 - 1),
    channels: whole('channels', values.channels, CONSUMERS, 64),
    rate: whole('rate', values.rate, 1_000, 10_000_000),
  };
  const { direct, sqlite } = values;
  const again = Object.entries(options).map(([name, value]) => `--${name} ${value}`);
  const flags = Object.entries({ direct, sqlite }).flatMap(([name, is]) => (is ? [`--${name}`] : []));
  const command = `npm run chaos -- hubs ${[...again, ...flags].join(' ')}`;
  say(`  ${command}`);
  try {
    const outcome = await ordeal(
      hubsSetting({ providers: PROVIDERS, consumers: CONSUMERS, direct, firestore: !sqlite }),
      { ...options, keepLogs: values.logs, progress: showProgress(options.kills) },
      untilTold(),
    );
    report(options, outcome);
    if (values.logs) say(`  Logs: ${outcome.logs}\n`);
  } catch (error) {
    throw new Error(`${(error as Error).message}\nAgain with: ${command}`, { cause: error });
  }
}
