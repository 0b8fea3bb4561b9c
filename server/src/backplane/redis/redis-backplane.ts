/**
 * The backplane for many hubs, based on one Redis or a Redis Cluster. If Redis loses its data, the hubs write
 * the data again.
 */
import { randomBytes } from 'node:crypto';
import type { Clock } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { Backplane } from '../backplane.ts';
import type { BackplaneMeter } from '../meter.ts';
import type { RedisAddress } from '../redis-address.ts';
import { Commands } from './commands.ts';
import { redisDeadlines } from './deadlines.ts';
import { redisHubs } from './hubs.ts';
import { channelsOf, Inbox } from './inbox.ts';
import { redisLeases } from './leases.ts';
import { redisLimiter } from './limiter.ts';
import { LossMarkers } from './loss-markers.ts';
import { redisPresence } from './presence.ts';
import { Publisher } from './publisher.ts';
import { redisRoutes } from './routes.ts';
import { redisValues } from './values.ts';
import { Watch } from './watch.ts';

/** Prefix of all Redis keys and channels. With the prefix, other programs can use the same Redis. */
export const PREFIX = 'unicore:';
/** How long start() waits for Redis, ms. After this time the hub starts without Redis. */
const START_MS = 3_000;
/**
 * Length of the sender's name at the start of each broadcast, bytes. A hub uses the name to skip its own
 * broadcasts.
 */
const NAME_BYTES = 32;

export interface RedisBackplaneOptions {
  readonly address: RedisAddress;
  readonly clock: Clock;
  readonly meter: BackplaneMeter;
  readonly log: Logger;
  readonly prefix?: string;
}

export function redisBackplane(options: RedisBackplaneOptions): Backplane {
  const { address, clock, meter, log, prefix = PREFIX } = options;
  const hub = randomBytes(16).toString('hex');
  const channels = channelsOf(prefix, hub);
  const doubt = () => watch?.doubt();
  const commands = new Commands(address, meter, { lost: () => watch?.lost('commands'), unanswered: doubt });
  const publisher = new Publisher(address, meter, doubt);
  const markers = new LossMarkers(commands, prefix, address.cluster);
  let inbox: Inbox | undefined;
  let watch: Watch | undefined;
  return {
    hub,
    routes: redisRoutes(commands, prefix, hub),
    presence: redisPresence(commands, prefix),
    values: redisValues(commands, `${prefix}shelf:`),
    outside: redisValues(commands, ''),
    deadlines: redisDeadlines(commands, prefix),
    leases: redisLeases(commands, prefix, hub),
    hubs: redisHubs(commands, prefix, hub),
    limiter: redisLimiter(commands, prefix),
    async start(handler) {
      inbox = new Inbox(address, channels, meter, {
        mail: (message) => handler.mail(message),
        news(message) {
          if (message.toString('latin1', 0, NAME_BYTES) !== hub)
            handler.news(message.toString('utf8', NAME_BYTES));
        },
        lost: () => watch?.lost('inbox'),
      });
      watch = new Watch({
        clock,
        channels,
        markers,
        publisher,
        inbox,
        log,
        interrupted: () => handler.interrupted(),
      });
      inbox.open();
      await watch.start(START_MS);
    },
    async send(to, message) {
      const listens = (await publisher.publish(channelsOf(prefix, to).mail, bufferOf(message))) > 0;
      if (!listens) meter.dropped();
      return listens;
    },
    post: (to, message) => publisher.post(channelsOf(prefix, to).mail, bufferOf(message)),
    async tell(text) {
      await publisher.publish(channels.news, Buffer.from(hub + text));
    },
    age: () => markers.age(),
    async ping() {
      await commands.ask('ping', (client) => client.ping());
    },
    async close() {
      watch?.close();
      inbox?.close();
      publisher.close();
      commands.close();
    },
  };
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
