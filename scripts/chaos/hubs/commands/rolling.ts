/**
 * npm run chaos -- hubs rolling: replaces every hub, one after the other, as a deployment does. No keystroke
 * may become slow.
 */
import { parseArgs } from 'node:util';
import { duration, paint, say, step } from '../../../lib/console.ts';
import { HUBS_FLAGS, untilTold, whole } from '../../lib/options.ts';
import { LIMITS } from '../limits.ts';
import { type Rolled, rolling } from '../rolling.ts';
import { heading, row } from './table.ts';

/**
 * Length of the periods without faults before the first hub and after the last hub is replaced, ms. The
 * keystroke latencies during the replacements are compared with those of these periods.
 */
const CALM_MS = 3_000;
const HELP = `npm run chaos -- hubs rolling [options]
  --consumers N  clients that type, in a terminal each (default 200)
  --every MS     between two keys of each (default 500)
  --direct       hubs open sockets to one another (HUB_PEER_URL); otherwise they talk through Redis
  --sqlite       hubs share a SQLite file instead of a fake Firestore
  --logs         keep the logs even if all goes well`;

export async function rollCommand(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      consumers: { type: 'string', default: '200' },
      every: { type: 'string', default: '500' },
      ...HUBS_FLAGS,
    },
  });
  if (values.help) return say(HELP);
  const consumers = whole('consumers', values.consumers, 1, 1_000);
  const everyMs = whole('every', values.every, 10, 60_000);
  const { direct, sqlite, logs: keepLogs } = values;
  const rolled = await rolling(
    { consumers, everyMs, calmMs: CALM_MS, direct, firestore: !sqlite, keepLogs, step },
    untilTold(),
  );
  report(rolled);
  if (keepLogs) say(`  Logs: ${rolled.logs}\n`);
  const broken = brokenPromises(rolled);
  if (broken.length > 0) throw new Error(broken.join('\n'));
}

/**
 * Returns a sentence for each phase of the run in which a keystroke's echo took longer than the limit. The
 * list is empty if the product kept the limit.
 */
export function brokenPromises({ phases }: Rolled): string[] {
  const limit = LIMITS.rollingEchoMs;
  return phases
    .filter(({ max }) => !(max <= limit))
    .map(({ name, max }) => `A keystroke took ${duration(max)} (${name}), not at most ${duration(limit)}.`);
}

function report({ phases, keys }: Rolled): void {
  say(heading('', 'took', 'keys', 'p50', 'p99', 'max'));
  for (const { name, tookMs, keys: count, p50, p99, max } of phases) {
    say(row(name, duration(tookMs), count, p50, p99, max));
  }
  say(`\n  ${keys} keys: ${paint('green', '0 lost, 0 duplicated, 0 reordered')}\n`);
}
