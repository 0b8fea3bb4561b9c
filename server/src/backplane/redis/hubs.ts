/**
 * Stores the data that hubs announce about themselves (their cards) in one Redis hash. Each value consists of
 * the expiry time and the card.
 */
import { z } from 'zod';
import { HUB_NAME, type HubCard, type Hubs, ROUTE_MS } from '../backplane.ts';
import type { Commands } from './commands.ts';
import { TIME } from './time.ts';

const ANNOUNCE = `${TIME}
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f %s', now + tonumber(ARGV[3]), ARGV[2]))`;

const ALL = `${TIME}
local cards = {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local ends, card = string.match(all[i + 1], '^(%d+) (.*)$')
  if tonumber(ends) > now then cards[#cards + 1] = card else redis.call('HDEL', KEYS[1], all[i]) end
end
return cards`;

const Card = z.object({
  hub: z.string().regex(HUB_NAME),
  peerUrl: z.string().nullable(),
  publicUrl: z.string().nullable(),
  region: z.string().nullable(),
}) satisfies z.ZodType<HubCard>;

export function redisHubs(commands: Commands, prefix: string, hub: string): Hubs {
  const key = `${prefix}hubs`;
  return {
    async announce(card) {
      await commands.script('announce', ANNOUNCE, key, hub, JSON.stringify(card), ROUTE_MS);
    },
    async leave() {
      await commands.ask('leave', (client) => client.hdel(key, hub));
    },
    async all() {
      const cards = z.array(z.string()).parse(await commands.script('hubs', ALL, key));
      // Hub records in an unknown format are skipped. Such a record comes from a newer version of the hub,
      // with which this hub could not communicate.
      return cards.flatMap((text) => Card.safeParse(JSON.parse(text)).data ?? []);
    },
  };
}
