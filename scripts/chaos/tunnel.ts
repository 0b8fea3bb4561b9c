/**
 * npm run chaos -- tunnel: 64 terminals send data in both directions while the hub, the tunnel process and
 * network lines are killed at random. Every byte must arrive exactly once and in order. After a fault, 99 % of
 * the channels must resume within one second.
 */
import { duration } from '../lib/console.ts';
import { runCommand } from './run/command.ts';
import { TUNNEL } from './tunnel/scenario.ts';
import { CONSUMERS } from './tunnel/tunnel-environment.ts';

/**
 * After a faulty process or network line works again, 99 of 100 channels must resume within this time, ms.
 */
const RESUME_P99_MS = 1_000;
const HELP = `npm run chaos -- tunnel [options]
  --kills N      how often something is killed (default 100; 1000 is the whole promise)
  --seed S       repeats the same faults (default: any)
  --channels N   terminals, at most 64 (default 64)
  --rate N       bytes a second each way of each channel (default 16384, which two cores carry with room to catch up)
  --logs         keep the logs even if all goes well`;

export function run(args: string[]): Promise<void> {
  return runCommand(
    {
      name: 'tunnel',
      help: HELP,
      defaults: { kills: '100', channels: '64', rate: '16384' },
      leastChannels: CONSUMERS,
      flags: [],
      scenario: () => TUNNEL,
      judge({ total: { p99 = 0 } }) {
        if (p99 >= RESUME_P99_MS) throw new Error(`Resume p99 is ${duration(p99)}, not under 1 s.`);
      },
    },
    args,
  );
}
