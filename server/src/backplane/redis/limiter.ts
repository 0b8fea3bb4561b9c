/**
 * Rate limits that count over all hubs through Redis. While Redis cannot be reached, each hub counts alone.
 */
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import type { Commands } from './commands.ts';

export function redisLimiter(
  commands: Commands,
  prefix: string,
): (name: string, points: number, seconds: number) => RateLimiterAbstract {
  const limiters = new Map<string, RateLimiterAbstract>();
  return (name, points, seconds) => {
    const limiter =
      limiters.get(name) ??
      new RateLimiterRedis({
        storeClient: commands.client,
        keyPrefix: `${prefix}limit:${name}`,
        points,
        duration: seconds,
        rejectIfRedisNotReady: true,
        insuranceLimiter: new RateLimiterMemory({ points, duration: seconds }),
      });
    limiters.set(name, limiter);
    return limiter;
  };
}
