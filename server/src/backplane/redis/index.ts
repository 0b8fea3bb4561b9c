/**
 * Exports the Redis backplane. This module is imported only if it is needed, so that the Redis client is not
 * loaded otherwise.
 */
export { type RedisBackplaneOptions, redisBackplane } from './redis-backplane.ts';
