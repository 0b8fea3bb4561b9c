/**
 * Stores sets of deadlines in Redis. Each deadline belongs to an id, for example a provider's id. Each set is
 * one Redis sorted set, ordered by the time of the deadlines.
 */
import { z } from 'zod';
import type { Deadlines } from '../backplane.ts';
import type { Commands } from './commands.ts';
import { TIME } from './time.ts';

const SET = `${TIME}
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[1])`;

const DUE = `${TIME}
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])
for _, id in ipairs(ids) do redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), id) end
return ids`;

const Ids = z.array(z.string());

export function redisDeadlines(commands: Commands, prefix: string): Deadlines {
  const key = (name: string) => `${prefix}deadlines:${name}`;
  return {
    async set(name, id, inMs) {
      await commands.script('set deadline', SET, key(name), id, Math.ceil(inMs));
    },
    async drop(name, id) {
      await commands.ask('drop deadline', (client) => client.zrem(key(name), id));
    },
    async due(name, limit, againMs) {
      return Ids.parse(await commands.script('due', DUE, key(name), limit, Math.ceil(againMs)));
    },
  };
}
