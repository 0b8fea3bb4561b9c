/** Opens the backplane that the configuration asks for: in process, or Redis. */
import type { Clock } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Backplane } from './backplane.ts';
import { LocalWorld } from './local.ts';
import { parseRedisUrl } from './redis/address.ts';
import { type BackplaneMeter, NO_METER } from './redis/meter.ts';
import { redisBackplane } from './redis/redis-backplane.ts';

export function openBackplane(
  { redisUrl }: Pick<Config, 'redisUrl'>,
  clock: Clock,
  log: Logger,
  meter: BackplaneMeter = NO_METER,
): Backplane {
  if (redisUrl === undefined) return new LocalWorld(clock).join();
  const address = parseRedisUrl(redisUrl);
  const hosts = address.nodes.map(({ host, port }) => `${host}:${port}`);
  log.info(
    { hosts, cluster: address.cluster, tls: address.tls !== undefined },
    'using Redis to share state between hubs',
  );
  return redisBackplane({ address, clock, meter, log });
}
