/** Redis as a separate process, for tests, benchmarks and chaos runs. */
export { RedisServer } from './redis-server.ts';
