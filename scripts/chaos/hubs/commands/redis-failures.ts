/**
 * npm run chaos -- hubs redis: tests all kinds of Redis failures. Terminals whose path uses only one hub must
 * not be affected. Other terminals must resume.
 */
import { parseArgs } from 'node:util';
import { duration, paint, say, step } from '../../../lib/console.ts';
import { HUBS_FLAGS, untilTold, whole } from '../../lib/options.ts';
import { LIMITS } from '../limits.ts';
import { outages } from '../outages.ts';
import { type FailingOutcome, failing } from '../redis-failures.ts';
import { heading, row } from './table.ts';

/**
 * Length of each period without faults in which keystroke latencies are measured, ms. It is long enough to
 * measure a p99.
 */
const QUIET_MS = 8_000;
/** Names of the Redis outages that the option --only accepts. */
const NAMES = outages(0).map(({ name }) => name);
const HELP = `npm run chaos -- hubs redis [options]
  --pause S      how long Redis is paused, seconds (default 20)
  --only NAMES   with commas between; names are: ${NAMES.join(', ')}
  --direct       hubs open sockets to one another (HUB_PEER_URL); otherwise they talk through Redis
  --sqlite       hubs share a SQLite file instead of a fake Firestore
  --logs         keep the logs even if all goes well`;

export async function failCommand(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      pause: { type: 'string', default: '20' },
      only: { type: 'string', default: NAMES.join(',') },
      ...HUBS_FLAGS,
    },
  });
  if (values.help) return say(HELP);
  const pauseMs = whole('pause', values.pause, 1, 600) * 1000;
  const only = values.only.split(',').map((name) => name.trim());
  const unknown = only.find((name) => !NAMES.includes(name));
  if (unknown !== undefined)
    throw new Error(`--only: there is no "${unknown}"; names are: ${NAMES.join(', ')}.`);
  const { direct, sqlite, logs: keepLogs } = values;
  const outcome = await failing(
    { pauseMs, quietMs: QUIET_MS, only, direct, firestore: !sqlite, keepLogs, step },
    untilTold(),
  );
  report(outcome);
  if (keepLogs) say(`  Logs: ${outcome.logs}\n`);
  const broken = [...alarmsOf(outcome), ...slowness(outcome)];
  if (broken.length > 0) throw new Error(broken.join('\n'));
}

/**
 * Returns a sentence for each wrong state of a VM or provider that a hub reported during the chaos run. The
 * list is empty if there were none.
 */
export function alarmsOf({ alarms }: FailingOutcome): string[] {
  return [...alarms].map(([what, times]) => `Falsely, ${times} times: ${what}.`);
}

function slowness({ before, outages }: FailingOutcome): string[] {
  const { times, ms } = LIMITS.sameHub;
  const limit = Math.max(times * before.same.p99, ms);
  return outages
    .filter(({ same, moves }) => !moves && !(same.p99 <= limit))
    .map(({ name, same }) => {
      return `Inside one hub a keystroke took ${duration(same.p99)} at p99 (${name}), not at most ${duration(limit)}.`;
    });
}

function report({ before, outages, keys, looks }: FailingOutcome): void {
  for (const where of ['same', 'across'] as const) {
    say(
      heading(where === 'same' ? 'inside one hub' : 'from hub to hub', 'took', 'keys', 'p50', 'p99', 'max'),
    );
    const { keys: quiet, p50, p99, max } = before[where];
    say(row('before', '', quiet, p50, p99, max));
    for (const outage of outages) {
      const felt = outage[where];
      say(row(outage.name, duration(outage.tookMs), felt.keys, felt.p50, felt.p99, felt.max));
    }
  }
  say('\n  back after the outage');
  for (const { name, backMs } of outages) say(`  ${name.padEnd(22)}${duration(backMs).padStart(11)}`);
  say(`\n  ${keys} keys: ${paint('green', '0 lost, 0 duplicated, 0 reordered')}`);
  say(`  ${looks} answers and events of three hubs were looked at\n`);
}
