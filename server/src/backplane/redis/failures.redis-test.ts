/** What Redis does to hubs on bad days: each failure on a real instance, and that all goes on afterwards by itself. */
import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { LineProxy } from '../../../../scripts/tests/line-proxy.ts';
import { createLog } from '../../log.ts';
import type { Backplane } from '../backplane.ts';
import type { BackplaneWorld } from '../contract.ts';
import { NO_METER as silent, type Wire } from './meter.ts';
import { DeafLine } from './testing/deaf-line.ts';
import { startRedisCluster } from './testing/redis-cluster.ts';
import { RedisServer } from './testing/redis-server.ts';
import { redisWorld } from './testing/world.ts';

/** A hub is back this soon after Redis is, at the latest: pauses between tries, a probe, and a slow machine. */
const BACK_MS = 20_000;
/** Calls reject after 1 s; the rest is for a slow machine. */
const SOON_MS = 4_000;
/** As long as CI waits for a Redis that stands still; `npm run chaos -- hubs` takes longer. */
const PAUSE_MS = 3_000;
const poll = { timeout: BACK_MS, interval: 50 };

interface Hub {
  plane: Backplane;
  mail: string[];
  news: string[];
  interruptions: number;
}

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function started<T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const redis = await starting;
  cleanups.push(() => redis.stop());
  return redis;
}

async function proxied(server: RedisServer): Promise<LineProxy> {
  const line = await LineProxy.open(server.port);
  cleanups.push(() => line.close());
  return line;
}

function world(...args: Parameters<typeof redisWorld>): BackplaneWorld {
  const made = redisWorld(...args);
  cleanups.push(() => made.close());
  return made;
}

async function hubs(count: number, { join }: BackplaneWorld): Promise<Hub[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const hub: Hub = { plane: await join(), mail: [], news: [], interruptions: 0 };
      await hub.plane.start({
        mail: (message) => hub.mail.push(message.toString()),
        news: (text) => hub.news.push(text),
        interrupted: () => {
          hub.interruptions += 1;
        },
      });
      return hub;
    }),
  );
}

/** Every part of the port works between these two. */
async function expectAllWell(a: Hub, b: Hub, name: string): Promise<void> {
  await expect
    .poll(
      () =>
        a.plane.ping().then(
          () => true,
          () => false,
        ),
      poll,
    )
    .toBe(true);
  await expect.poll(() => a.plane.send(b.plane.hub, Buffer.from(name)).catch(() => false), poll).toBe(true);
  await expect.poll(() => b.plane.send(a.plane.hub, Buffer.from(name)).catch(() => false), poll).toBe(true);
  await expect.poll(() => [a.mail.includes(name), b.mail.includes(name)], poll).toEqual([true, true]);
  await a.plane.tell(name);
  await expect.poll(() => b.news.at(-1), poll).toBe(name);
  const connSeq = Date.now();
  expect((await a.plane.routes.claim(name, connSeq)).now.hub).toBe(a.plane.hub);
  expect(await b.plane.routes.find(name)).toEqual({ hub: a.plane.hub, connSeq });
  await a.plane.shelf.put(name, 'value', 10_000);
  expect(await b.plane.shelf.take(name)).toBe('value');
  await a.plane.deadlines.set(name, 'id', 0);
  expect(await b.plane.deadlines.due(name, 1, 0)).toEqual(['id']);
  await a.plane.presence.heard(name, '{}', 0);
  expect((await b.plane.presence.look([name])).size).toBe(1);
  expect(await a.plane.leases.hold(name, 10_000)).toBe(true);
  expect(await b.plane.leases.hold(name, 10_000)).toBe(false);
}

/** They, or those of them who can have lost something, were told so, and then everything works. */
async function expectRecovered(a: Hub, b: Hub, told = [a, b]): Promise<void> {
  await expect
    .poll(() => told.map(({ interruptions }) => interruptions > 0), poll)
    .toEqual(told.map(() => true));
  await expectAllWell(a, b, 'recovered');
}

async function expectDown(call: Promise<unknown>): Promise<void> {
  const start = performance.now();
  await expect(call).rejects.toMatchObject({ code: 'BACKPLANE_DOWN' });
  expect(performance.now() - start).toBeLessThan(SOON_MS);
}

describe('without a failure', () => {
  test('nothing is called an interruption, also over several probes', async () => {
    const redis = await started(RedisServer.start());
    const [a, b] = await hubs(2, world(redis.url));
    // Two probes of each kind are seen at Redis itself.
    const probes = await redis.client.monitor();
    let seen = 0;
    probes.on('monitor', (_, [command]: string[]) => (seen += Number(command === 'publish')));
    await expect.poll(() => seen, poll).toBeGreaterThanOrEqual(8);
    probes.disconnect();
    await expectAllWell(a!, b!, 'well');
    expect([a!.interruptions, b!.interruptions]).toEqual([0, 0]);
  });
});

describe('a Redis that restarts', () => {
  test('empty: its hubs are told, it is young, and older routes are claimed again', async () => {
    const redis = await started(RedisServer.start());
    const [a, b] = await hubs(2, world(redis.url));
    await a!.plane.routes.claim('p-1', 1);
    await expect.poll(() => a!.plane.age()).toBeGreaterThan(0);
    const since = performance.now();
    await redis.restart();
    await expectRecovered(a!, b!);
    expect(await b!.plane.routes.find('p-1')).toBeUndefined();
    expect(await a!.plane.age()).toBeLessThanOrEqual(performance.now() - since);
    expect((await a!.plane.routes.claim('p-1', 1)).now).toEqual({ hub: a!.plane.hub, connSeq: 1 });
  });

  test('with its data: it is as old as before, and its hubs are told all the same', async () => {
    const redis = await started(RedisServer.start());
    const [a, b] = await hubs(2, world(redis.url));
    await a!.plane.routes.claim('p-1', 1);
    await redis.save();
    const age = await a!.plane.age();
    await redis.kill();
    await redis.again();
    await expectRecovered(a!, b!);
    expect(await b!.plane.age()).toBeGreaterThanOrEqual(age);
  });

  test('after a while in which it is gone: calls reject at once, and a hub can start', async () => {
    const redis = await started(RedisServer.start());
    const shared = world(redis.url);
    const [a] = await hubs(1, shared);
    await redis.kill();
    for (const call of [
      () => a!.plane.ping(),
      () => a!.plane.age(),
      () => a!.plane.routes.claim('p-1', 1),
      () => a!.plane.shelf.take('k'),
      () => a!.plane.presence.look(['p-1']),
      () => a!.plane.deadlines.due('d', 1, 0),
      () => a!.plane.hubs.all(),
      () => a!.plane.send(a!.plane.hub, Buffer.from('x')),
      () => a!.plane.tell('x'),
    ]) {
      await expectDown(call());
    }
    const [b] = await hubs(1, shared);
    expect(b!.interruptions).toBe(0);
    await redis.again();
    await expectRecovered(a!, b!);
  });

  test('limits count on meanwhile, over each hub by itself', async () => {
    const redis = await started(RedisServer.start());
    const [a] = await hubs(1, world(redis.url));
    const limiter = a!.plane.limiter('tries', 2, 60);
    await redis.kill();
    const tries = await Promise.allSettled([1, 2, 3].map(() => limiter.consume('10.0.0.1')));
    expect(tries.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  });
});

test('a failover to a replica that lacks the last writes turns no route back for long', async () => {
  const master = await started(RedisServer.start());
  const replica = await started(RedisServer.start());
  const line = await proxied(master);
  const [a, b] = await hubs(2, world(`redis://127.0.0.1:${line.port}`));
  await a!.plane.routes.claim('p-1', 1);
  await replica.replicate(master);
  await replica.promote();
  // Of this the replica hears nothing.
  await b!.plane.routes.claim('p-1', 2);
  line.target = replica.port;
  await master.kill();
  await expectRecovered(a!, b!);
  // The older connection is not over yet, as far as its hub knows.
  expect((await a!.plane.routes.claim('p-1', 1)).now.hub).toBe(a!.plane.hub);
  expect((await b!.plane.routes.claim('p-1', 2)).now).toEqual({ hub: b!.plane.hub, connSeq: 2 });
  expect((await a!.plane.routes.claim('p-1', 1)).now.hub).toBe(b!.plane.hub);
});

test('what is only posted is not answered', async () => {
  const redis = await started(RedisServer.start());
  const [a, b] = await hubs(2, world(redis.url));
  // The first ones may come before it is known that Redis can be told so.
  await expect
    .poll(async () => {
      await a!.plane.post(b!.plane.hub, Buffer.from('x'));
      return Number(/cmdstat_client\|reply:calls=(\d+)/.exec(await redis.client.info('commandstats'))?.[1]);
    }, poll)
    .toBeGreaterThan(10);
});

describe('a Redis that stands still', () => {
  test('calls reject in time, and what it took before arrives once and in order afterwards', async () => {
    const redis = await started(RedisServer.start());
    const [a, b] = await hubs(2, world(redis.url));
    redis.pause();
    const start = performance.now();
    const sent = Array.from({ length: 200 }, (_, i) => `mail ${i}`);
    const sends = sent.map((text) => a!.plane.send(b!.plane.hub, Buffer.from(text)));
    await Promise.all([...sends, a!.plane.routes.claim('p-1', 1), a!.plane.ping()].map(expectDown));
    // It stands still for so long that a hub gives its connection for commands up, and tries to get new ones.
    await expect.poll(() => performance.now() - start, poll).toBeGreaterThan(PAUSE_MS);
    expect(b!.mail).toEqual([]);
    redis.resume();
    await expectRecovered(a!, b!, [a!]);
    expect(b!.mail.filter((text) => text.startsWith('mail'))).toEqual(sent);
  });

  test('what is sent to it meanwhile is bounded, and the rest is refused at once', async () => {
    const redis = await started(RedisServer.start());
    const [a, b] = await hubs(2, world(redis.url));
    redis.pause();
    const message = Buffer.alloc(1024 * 1024);
    const start = performance.now();
    const refusals = await Promise.all(
      Array.from({ length: 100 }, () =>
        a!.plane.send(b!.plane.hub, message).then(
          () => 0,
          () => performance.now() - start,
        ),
      ),
    );
    expect(refusals.filter((ms) => ms < 900).length).toBeGreaterThanOrEqual(80);
    redis.resume();
    await expectRecovered(a!, b!, [a!]);
  });
});

test('a Redis that is emptied is young again, and its hubs are told', async () => {
  const redis = await started(RedisServer.start());
  const [a, b] = await hubs(2, world(redis.url));
  await expect.poll(() => a!.plane.age()).toBeGreaterThan(100);
  const since = performance.now();
  await redis.client.flushall();
  await expectRecovered(a!, b!);
  expect(await a!.plane.age()).toBeLessThanOrEqual(performance.now() - since);
});

test('a slow Redis is only slow', async () => {
  const redis = await started(RedisServer.start());
  const line = await proxied(redis);
  line.delayMs = 100;
  const [a, b] = await hubs(2, world(`redis://127.0.0.1:${line.port}`));
  await expectAllWell(a!, b!, 'slow');
  const sent = Array.from({ length: 50 }, (_, i) => `mail ${i}`);
  await Promise.all(sent.map((text) => a!.plane.send(b!.plane.hub, Buffer.from(text))));
  await expect.poll(() => b!.mail.slice(1), poll).toEqual(sent);
  expect([a!.interruptions, b!.interruptions]).toEqual([0, 0]);
});

describe('a Redis with a password', () => {
  test('takes hubs that know it', async () => {
    const redis = await started(RedisServer.start('--requirepass', 'hunter2'));
    const [a, b] = await hubs(2, world(`redis://:hunter2@127.0.0.1:${redis.port}`));
    await expectAllWell(a!, b!, 'well');
  });

  test('that refuses to be told not to answer takes all the same', async () => {
    const redis = await started(RedisServer.start());
    await redis.client.call('ACL', 'SETUSER', 'hub', 'on', '>pw', '~*', '&*', '+@all', '-client|reply');
    const [a, b] = await hubs(2, world(`redis://hub:pw@127.0.0.1:${redis.port}`));
    const sent = Array.from({ length: 50 }, (_, i) => `mail ${i}`);
    const posts = sent.map((text) => a!.plane.post(b!.plane.hub, Buffer.from(text)));
    // An answer that nobody asked for would be taken for this one's.
    expect(await a!.plane.send('0'.repeat(32), Buffer.from('x'))).toBe(false);
    await Promise.all(posts);
    await expect.poll(() => b!.mail, poll).toEqual(sent);
    await expectAllWell(a!, b!, 'well');
  });

  test('refuses others, who say so, and never which password they tried', async () => {
    const redis = await started(RedisServer.start('--requirepass', 'right'));
    const lines: string[] = [];
    const log = createLog('trace', { write: (line) => lines.push(line) });
    const [a] = await hubs(1, world(`redis://:hunter2@127.0.0.1:${redis.port}`, silent, log));
    const error: unknown = await a!.plane.ping().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.stringContaining('refuses the user or password') });
    expect(lines.join()).toContain('refuses the user or password');
    expect(inspect(error, { depth: 10 }) + lines).not.toContain('hunter2');
  });
});

describe('pub/sub that fails by itself', () => {
  test('a hub whose subscription is cut gets mail again, and is told', async () => {
    const redis = await started(RedisServer.start());
    const [a, b] = await hubs(2, world(redis.url));
    await redis.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await expectRecovered(a!, b!);
  });

  test.each([
    ['subscriber', 'subscribe'],
    ['publisher', 'publish'],
  ] as const)(
    'a %s that hears nothing any more is replaced, although its connection stays',
    async (wire, command) => {
      const redis = await started(RedisServer.start());
      const line = await DeafLine.open(redis.port, command);
      cleanups.push(() => line.close());
      const rebuilt: Wire[] = [];
      const meter = { ...silent, rebuilt: (which: Wire) => rebuilt.push(which) };
      const [a, b] = await hubs(2, world(`redis://127.0.0.1:${line.port}`, meter));
      line.deafen();
      await expect.poll(() => rebuilt, { ...poll, timeout: 2 * BACK_MS }).toEqual([wire, wire]);
      await expectRecovered(a!, b!);
    },
  );

  test('a hub that does not listen is told of by false', async () => {
    const redis = await started(RedisServer.start());
    let dropped = 0;
    const [a, b] = await hubs(2, world(redis.url, { ...silent, dropped: () => (dropped += 1) }));
    await b!.plane.close();
    await expect.poll(() => a!.plane.send(b!.plane.hub, Buffer.from('x')), poll).toBe(false);
    expect(dropped).toBeGreaterThan(0);
  });
});

describe('a node of a cluster', () => {
  test('that restarts empty: its hubs are told, and all goes on', async () => {
    const cluster = await started(startRedisCluster());
    const [a, b] = await hubs(2, world(cluster.url));
    await expectAllWell(a!, b!, 'before');
    await cluster.nodes[1]!.restart();
    await expectRecovered(a!, b!);
  });

  test('that is replaced by its replica: its hubs are told, and all goes on without it', async () => {
    const cluster = await started(startRedisCluster({ replicas: true }));
    const all = await hubs(4, world(cluster.url));
    await expectAllWell(all[0]!, all[1]!, 'before');
    await cluster.nodes[0]!.kill();
    await expectRecovered(all[0]!, all[1]!, all);
    await expectAllWell(all[2]!, all[3]!, 'the others');
  });

  test('that is emptied: its hubs are told', async () => {
    const cluster = await started(startRedisCluster());
    const [a, b] = await hubs(2, world(cluster.url));
    await expectAllWell(a!, b!, 'before');
    await cluster.nodes[2]!.client.flushall();
    await expectRecovered(a!, b!);
  });

  test('that stands still: all goes on when it does', async () => {
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

  test('no hub that listens is told of by false, whatever node its channel is at', async () => {
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
