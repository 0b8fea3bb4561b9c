/** Opens the backplane that the configuration describes: in process, or through Redis. */
import type { Clock } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { Backplane } from './backplane.ts';
import { LocalWorld } from './local.ts';
import { type BackplaneMeter, NO_METER } from './meter.ts';
import { parseRedisUrl } from './redis-address.ts';

/** Opens the backplane. The Redis client is loaded only if the configuration contains a Redis URL. */
export async function openBackplane(
  { redisUrl }: { redisUrl?: string | undefined },
  clock: Clock,
  log: Logger,
  meter: BackplaneMeter = NO_METER,
): Promise<Backplane> {
  if (redisUrl === undefined) return new LocalWorld(clock).join();
  const address = parseRedisUrl(redisUrl);
  const hosts = address.nodes.map(({ host, port }) => `${host}:${port}`);
  log.info(
    { hosts, cluster: address.cluster, tls: address.tls !== undefined },
    'using Redis to share state between hubs',
  );
  const { redisBackplane } = await import('./redis/index.ts');
  return redisBackplane({ address, clock, meter, log });
}
