import { afterAll, beforeAll, describe } from 'vitest';
import { backplaneSuite } from '../backplane.suite.ts';
import { startRedisCluster } from './testing/redis-cluster.ts';
import { RedisServer } from './testing/redis-server.ts';
import { redisWorld } from './testing/world.ts';

describe.each([
  ['one Redis', () => RedisServer.start()],
  ['a Redis Cluster of three nodes', () => startRedisCluster()],
])('on %s', (_, start) => {
  let redis: { url: string; stop(): Promise<void> };
  beforeAll(async () => {
    redis = await start();
  });
  afterAll(() => redis.stop());

  backplaneSuite(async () => redisWorld(redis.url));
});
