/**
 * npm run chaos -- hubs: terminals send data in both directions while hubs, Redis and sockets are killed at
 * random. Every byte must arrive exactly once and in order, even if consumer and provider use different hubs.
 */
import { runCommand } from '../../run/command.ts';
import { hubsScenario } from '../scenario.ts';

/** Number of consumers. Each consumer has its own VM, because a VM can have at most 32 terminals. */
const CONSUMERS = 4;
const PROVIDERS = 2;

const HELP = `npm run chaos -- hubs [options]
  --kills N      how often something is killed (default 60; 300 is the whole promise)
  --seed S       repeats the same faults (default: any)
  --channels N   terminals, at most 64 (default 32)
  --rate N       bytes a second each way of each channel (default 8192)
  --direct       hubs open sockets to one another (HUB_PEER_URL); otherwise they talk through Redis
  --sqlite       hubs share a SQLite file instead of a fake Firestore
  --logs         keep the logs even if all goes well
npm run chaos -- hubs rolling --help, npm run chaos -- hubs redis --help: other fault tests of hubs`;

export function killCommand(args: string[]): Promise<void> {
  return runCommand(
    {
      name: 'hubs',
      help: HELP,
      defaults: { kills: '60', channels: '32', rate: '8192' },
      leastChannels: CONSUMERS,
      flags: ['direct', 'sqlite'],
      scenario: ({ direct, sqlite }) =>
        hubsScenario({ providers: PROVIDERS, consumers: CONSUMERS, direct, firestore: !sqlite }),
    },
    args,
  );
}
