/** The Redis backplane. Imported lazily, so that the Redis client is loaded only if it is used. */
export { type RedisBackplaneOptions, redisBackplane } from './redis-backplane.ts';
