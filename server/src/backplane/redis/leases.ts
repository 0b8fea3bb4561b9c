/**
 * Stores leases in Redis. Each lease is one expiring key whose value is the name of the hub that holds the
 * lease.
 */
import type { Leases } from '../backplane.ts';
import type { Commands } from './commands.ts';

const HOLD = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;

const LET_GO = `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end`;

export function redisLeases(commands: Commands, prefix: string, hub: string): Leases {
  const key = (name: string) => `${prefix}lease:${name}`;
  return {
    async hold(name, ms) {
      return (await commands.script('hold', HOLD, key(name), hub, Math.ceil(ms))) === 1;
    },
    async letGo(name) {
      await commands.script('let go', LET_GO, key(name), hub);
    },
  };
}
