/** The backplane that the configuration asks for. */
import type { Clock } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Backplane } from './backplane.ts';
import { LocalWorld } from './local.ts';
import { type BackplaneMeter, NO_METER } from './meter.ts';
import { redisBackplane } from './redis/redis-backplane.ts';
import { parseRedisUrl } from './redis-address.ts';

export function openBackplane(
  { redisUrl }: Pick<Config, 'redisUrl'>,
  clock: Clock,
  log: Logger,
  meter: BackplaneMeter = NO_METER,
): Backplane {
  if (redisUrl === undefined) return new LocalWorld(clock).join();
  const address = parseRedisUrl(redisUrl);
  const hosts = address.nodes.map(({ host, port }) => `${host}:${port}`);
  log.info({ hosts, cluster: address.cluster, tls: address.tls !== undefined }, 'hubs share a Redis');
  return redisBackplane({ address, clock, meter, log });
}
