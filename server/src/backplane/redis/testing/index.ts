/** Redis as a process of its own, for tests, benches and chaos. */
export { RedisServer } from './redis-server.ts';
