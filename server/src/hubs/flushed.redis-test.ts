/** Tests that a hub finds a provider at another hub even if Redis has just lost all its data. */
import { SimClock } from '@unicore/protocol/sim';
import { expect, test } from 'vitest';
import type { Backplane } from '../backplane/index.ts';
import { RedisServer } from '../backplane/redis/testing/redis-server.ts';
import { redisWorld } from '../backplane/redis/testing/world.ts';
import { startTestAgent } from '../sockets/testing/test-agent.ts';
import { openTerminal, startTestConsumer } from '../sockets/testing/test-consumer.ts';
import { startTestHub } from '../sockets/testing/test-hub.ts';

test('a provider is found before its hub renews its routes', async () => {
  const redis = await RedisServer.start();
  const world = redisWorld(redis.url);
  const vms = new Map([['vm-a', { owner: 'alice', providerId: 'p1', running: true }]]);
  const plane = await world.join();
  // This hub does not renew its backplane entries by itself: its clock is stopped, so no timer fires, and it
  // is not notified that Redis was emptied.
  const deaf: Backplane = { ...plane, start: (handler) => plane.start({ ...handler, interrupted() {} }) };
  const there = await startTestHub({ backplane: deaf, vms, clock: new SimClock() });
  const here = await startTestHub({ backplane: await world.join(), vms });
  const observer = await world.join();
  await observer.start({ mail() {}, news() {}, interrupted() {} });
  await startTestAgent(there.url, 'p1');
  await expect.poll(() => observer.routes.find('p1')).toBeDefined();
  await redis.client.flushall();
  const alice = await startTestConsumer(here.url, 'alice');
  const terminal = openTerminal({ leg: () => alice.leg, open: { vmId: 'vm-a' }, resume: true });
  terminal.write('hello');
  expect((await terminal.received(5)).toString()).toBe('hello');
  alice.ws.terminate();
  await world.close();
  await redis.stop();
});
