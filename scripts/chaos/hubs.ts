/**
 * npm run chaos -- hubs [rolling | redis]: chaos runs (fault tests) with three hubs behind haproxy (a load
 * balancer) and a real Redis.
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
