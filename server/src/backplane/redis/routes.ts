/**
 * Stores in Redis which hub each provider is connected to (its route). Each provider has one expiring string
 * "connSeq hub": the number of its connection and the name of its hub.
 */
import { z } from 'zod';
import { ROUTE_MS, type Route, type Routes } from '../backplane.ts';
import type { Commands } from './commands.ts';

/**
 * Records the provider's connection, unless another connection has the same or a higher number. Lua numbers
 * are doubles and are exact up to 2^53 - 1, which is the highest connection number.
 */
const CLAIM = `
local before = redis.call('GET', KEYS[1])
local mine = ARGV[1] .. ' ' .. ARGV[2]
if before and before ~= mine then
  local seq = tonumber(string.match(before, '^%d+'))
  if seq >= tonumber(ARGV[1]) then return {before, before} end
end
redis.call('SET', KEYS[1], mine, 'PX', ARGV[3])
return {mine, before}`;

const RELEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end`;

const Claimed = z.tuple([z.string(), z.string().nullable().optional()]);

export function redisRoutes(commands: Commands, prefix: string, hub: string): Routes {
  const key = (providerId: string) => `${prefix}route:${providerId}`;
  return {
    async claim(providerId, connSeq) {
      const reply = await commands.script('claim', CLAIM, key(providerId), connSeq, hub, ROUTE_MS);
      const [now, before] = Claimed.parse(reply);
      return { now: parse(now), before: before ? parse(before) : undefined };
    },
    async release(providerId, connSeq) {
      await commands.script('release', RELEASE, key(providerId), `${connSeq} ${hub}`);
    },
    async find(providerId) {
      const text = await commands.ask('find', (client) => client.get(key(providerId)));
      return text === null ? undefined : parse(text);
    },
  };
}

function parse(text: string): Route {
  const space = text.indexOf(' ');
  return { connSeq: Number(text.slice(0, space)), hub: text.slice(space + 1) };
}
