/**
 * Stores the reports of agents in Redis. Each provider has a key that expires PRESENCE_MS after a hub last
 * heard the provider. The remaining lifetime of the key therefore shows how long the provider has been
 * silent. A sorted set contains all providers by the time they were last heard, and is used to pick random
 * providers.
 */
import { z } from 'zod';
import { PRESENCE_MS, type Presence } from '../backplane.ts';
import type { Commands } from './commands.ts';
import { TIME } from './time.ts';

/** Stores the report, unless another hub has already stored a later report. */
const HEARD = `
if redis.call('PTTL', KEYS[1]) <= tonumber(ARGV[2]) then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end`;

const LIST = `${TIME}
redis.call('ZADD', KEYS[1], 'GT', now - tonumber(ARGV[2]), ARGV[1])`;

/**
 * Picks random providers that were heard recently, or all of them if there are at most `count`. The hub
 * passes a random seed, because Redis seeds Lua's random numbers with the same value each time.
 */
const SOME = `${TIME}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[3]))
local since = now - tonumber(ARGV[2])
local count = tonumber(ARGV[1])
local all = redis.call('ZCARD', KEYS[1])
local recent = redis.call('ZCOUNT', KEYS[1], since, '+inf')
if recent <= count then return redis.call('ZRANGEBYSCORE', KEYS[1], since, '+inf') end
math.randomseed(tonumber(ARGV[4]))
local taken, ids = {}, {}
for last = recent - count, recent - 1 do
  local rank = math.random(0, last)
  if taken[rank] then rank = last end
  taken[rank] = true
  ids[#ids + 1] = redis.call('ZRANGE', KEYS[1], all - 1 - rank, all - 1 - rank)[1]
end
return ids`;

const Ids = z.array(z.string());
const MAX_SEED = 2 ** 31;

export function redisPresence(commands: Commands, prefix: string): Presence {
  const key = (providerId: string) => `${prefix}presence:${providerId}`;
  const list = `${prefix}heard`;
  return {
    async heard(providerId, about, silentMs) {
      const leftMs = Math.floor(PRESENCE_MS - silentMs);
      if (leftMs <= 0) return;
      await Promise.all([
        commands.script('heard', HEARD, key(providerId), about, leftMs),
        commands.script('heard', LIST, list, providerId, Math.floor(silentMs)),
      ]);
    },
    async look(providerIds) {
      const found = await commands.ask('look', (client) =>
        Promise.all(
          providerIds.map(async (providerId) => {
            const [about, leftMs] = await Promise.all([
              client.get(key(providerId)),
              client.pttl(key(providerId)),
            ]);
            return { providerId, about, leftMs };
          }),
        ),
      );
      return new Map(
        found.flatMap(({ providerId, about, leftMs }) =>
          about === null || leftMs < 0 ? [] : [[providerId, { about, silentMs: PRESENCE_MS - leftMs }]],
        ),
      );
    },
    async some(count, withinMs) {
      const seed = Math.floor(Math.random() * MAX_SEED);
      return Ids.parse(await commands.script('some', SOME, list, count, withinMs, PRESENCE_MS, seed));
    },
  };
}
