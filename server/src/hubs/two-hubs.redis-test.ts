import { afterAll, beforeAll, describe } from 'vitest';
import { startRedisCluster } from '../backplane/redis/testing/redis-cluster.ts';
import { RedisServer } from '../backplane/redis/testing/redis-server.ts';
import { redisWorld } from '../backplane/redis/testing/world.ts';
import { twoHubsSuite } from './two-hubs.suite.ts';

describe.each([
  ['one Redis', () => RedisServer.start()],
  ['a Redis Cluster of three nodes', () => startRedisCluster()],
])('two hubs, connected through %s', (_, start) => {
  let redis: { url: string; stop(): Promise<void> };
  beforeAll(async () => {
    redis = await start();
  });
  afterAll(() => redis.stop());

  twoHubsSuite(async () => redisWorld(redis.url), false);
});
