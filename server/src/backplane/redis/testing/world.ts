/** Hubs on a test's Redis. */
import { randomUUID } from 'node:crypto';
import { systemClock } from '@unicore/protocol';
import { type Logger, pino } from 'pino';
import type { Backplane } from '../../backplane.ts';
import { type BackplaneMeter, NO_METER } from '../../meter.ts';
import { parseRedisUrl } from '../../redis-address.ts';
import type { BackplaneWorld } from '../../testing/backplane-world.ts';
import { redisBackplane } from '../redis-backplane.ts';

/**
 * Creates a separate backplane on a Redis that several tests may share. The keys of each backplane have their
 * own prefix.
 */
export function redisWorld(
  url: string,
  meter: BackplaneMeter = NO_METER,
  log: Logger = pino({ level: 'silent' }),
): BackplaneWorld {
  const prefix = `${randomUUID()}:`;
  const planes: Backplane[] = [];
  return {
    async join() {
      const plane = redisBackplane({ address: parseRedisUrl(url), clock: systemClock, meter, log, prefix });
      planes.push(plane);
      return plane;
    },
    async close() {
      await Promise.all(planes.map((plane) => plane.close()));
    },
  };
}
