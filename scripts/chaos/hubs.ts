/** npm run chaos -- hubs [rolling | redis]: fault tests of three hubs behind haproxy, with a real Redis. */

import { killCommand } from './hubs/commands/kills.ts';
import { failCommand } from './hubs/commands/redis-failures.ts';
import { rollCommand } from './hubs/commands/rolling.ts';

export async function run(args: string[]): Promise<void> {
  const [first, ...rest] = args;
  if (first === 'rolling') return rollCommand(rest);
  if (first === 'redis') return failCommand(rest);
  return killCommand(args);
}
