/** Tests how hubs recover from failures of single nodes of a Redis Cluster. */
import { describe, expect, test } from 'vitest';
import { expectAllWell, expectRecovered, hubs, poll, started, world } from './testing/outage.ts';
import { startRedisCluster } from './testing/redis-cluster.ts';

describe('a Redis Cluster node', () => {
  test('restarts empty: its hubs are notified and recover', async () => {
    const cluster = await started(startRedisCluster());
    const [a, b] = await hubs(2, world(cluster.url));
    await expectAllWell(a!, b!, 'before');
    await cluster.nodes[1]!.restart();
    await expectRecovered(a!, b!);
  });

  test('is replaced by its replica: its hubs are notified and recover without it', async () => {
    const cluster = await started(startRedisCluster({ replicas: true }));
    const all = await hubs(4, world(cluster.url));
    await expectAllWell(all[0]!, all[1]!, 'before');
    await cluster.nodes[0]!.kill();
    await expectRecovered(all[0]!, all[1]!, all);
    await expectAllWell(all[2]!, all[3]!, 'the others');
  });

  test('is emptied: its hubs are notified and recover', async () => {
    const cluster = await started(startRedisCluster());
    const [a, b] = await hubs(2, world(cluster.url));
    await expectAllWell(a!, b!, 'before');
    await cluster.nodes[2]!.client.flushall();
    await expectRecovered(a!, b!);
  });

  test('is paused: its hubs recover when it resumes', async () => {
    const cluster = await started(startRedisCluster());
    const [a, b] = await hubs(2, world(cluster.url));
    await expectAllWell(a!, b!, 'before');
    cluster.nodes[0]!.pause();
    await expect
      .poll(() => cluster.nodes[1]!.client.cluster('INFO').then(String), poll)
      .toContain('cluster_state:fail');
    cluster.nodes[0]!.resume();
    await expectRecovered(a!, b!);
  });

  test('send returns true for every hub that listens, whichever node has its channel', async () => {
    const cluster = await started(startRedisCluster());
    const all = await hubs(6, world(cluster.url));
    for (const from of all.slice(0, 2)) {
      const sends = all.map((to) => from.plane.send(to.plane.hub, Buffer.from('x')));
      expect(await Promise.all(sends)).toEqual(all.map(() => true));
    }
    await all[5]!.plane.close();
    await expect.poll(() => all[0]!.plane.send(all[5]!.plane.hub, Buffer.from('x')), poll).toBe(false);
  });
});
