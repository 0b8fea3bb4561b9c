/**
 * npm run chaos -- hubs [rolling | redis]: three hubs with a real Redis behind haproxy, under faults, rolling deploys
 * or Redis outages.
 */

import { killCommand } from './hubs/commands/kills.ts';
import { failCommand } from './hubs/commands/redis-failures.ts';
import { rollCommand } from './hubs/commands/rolling.ts';

export async function run(args: string[]): Promise<void> {
  const [first, ...rest] = args;
  if (first === 'rolling') return rollCommand(rest);
  if (first === 'redis') return failCommand(rest);
  return killCommand(args);
}
