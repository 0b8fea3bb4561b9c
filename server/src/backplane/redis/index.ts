/** Loaded only where hubs share a Redis. */
export { type RedisBackplaneOptions, redisBackplane } from './redis-backplane.ts';
