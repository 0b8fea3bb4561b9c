/**
 * Tests that hubs recover by themselves from failures of a real Redis: restart, pause, failover and flush.
 */
import { describe, expect, test } from 'vitest';
import {
  expectAllWell,
  expectDown,
  expectRecovered,
  hubs,
  poll,
  proxied,
  started,
  world,
} from './testing/outage.ts';
import { RedisServer } from './testing/redis-server.ts';

/** How long these tests pause Redis, ms. `npm run chaos -- hubs` pauses Redis for a longer time. */
const PAUSE_MS = 3_000;

describe('without a failure', () => {
  test('no interruption is reported over several probes', async () => {
    const redis = await started(RedisServer.start());
    const [a, b] = await hubs(2, world(redis.url));
    // MONITOR shows the commands that Redis receives. The test waits for eight probes: each of the two hubs
    // publishes two kinds of probe, and each kind should be seen twice.
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
  test('empty: its hubs are notified, its age starts again, and routes can be claimed again', async () => {
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

  test('with its data: it keeps its age, and its hubs are notified all the same', async () => {
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

  test('after an outage: meanwhile calls reject at once, and a hub can start', async () => {
    const redis = await started(RedisServer.start());
    const shared = world(redis.url);
    const [a] = await hubs(1, shared);
    await redis.kill();
    for (const call of [
      () => a!.plane.ping(),
      () => a!.plane.age(),
      () => a!.plane.routes.claim('p-1', 1),
      () => a!.plane.values.take('k'),
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

  test('rate limits meanwhile count per hub', async () => {
    const redis = await started(RedisServer.start());
    const [a] = await hubs(1, world(redis.url));
    const limiter = a!.plane.limiter('tries', 2, 60);
    await redis.kill();
    const tries = await Promise.allSettled([1, 2, 3].map(() => limiter.consume('10.0.0.1')));
    expect(tries.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  });
});

test('after a failover to a replica without the last writes, the newest route soon holds again', async () => {
  const master = await started(RedisServer.start());
  const replica = await started(RedisServer.start());
  const line = await proxied(master);
  const [a, b] = await hubs(2, world(`redis://127.0.0.1:${line.port}`));
  await a!.plane.routes.claim('p-1', 1);
  await replica.replicate(master);
  await replica.promote();
  // The second hub records a newer connection of the provider. The replica has already been promoted to
  // master and no longer copies the old master, so it never receives this write.
  await b!.plane.routes.claim('p-1', 2);
  line.target = replica.port;
  await master.kill();
  await expectRecovered(a!, b!);
  // The new master has lost the newer connection. The hub with the older connection does not know of the
  // newer one either, so its claim of the provider succeeds at first.
  expect((await a!.plane.routes.claim('p-1', 1)).now.hub).toBe(a!.plane.hub);
  expect((await b!.plane.routes.claim('p-1', 2)).now).toEqual({ hub: b!.plane.hub, connSeq: 2 });
  expect((await a!.plane.routes.claim('p-1', 1)).now.hub).toBe(b!.plane.hub);
});

describe('a Redis that is paused', () => {
  test('calls reject in time, and messages sent before arrive once and in order afterwards', async () => {
    const redis = await started(RedisServer.start());
    const [a, b] = await hubs(2, world(redis.url));
    redis.pause();
    const start = performance.now();
    const sent = Array.from({ length: 200 }, (_, i) => `mail ${i}`);
    const sends = sent.map((text) => a!.plane.send(b!.plane.hub, Buffer.from(text)));
    await Promise.all([...sends, a!.plane.routes.claim('p-1', 1), a!.plane.ping()].map(expectDown));
    // Redis stays paused for longer than the timeout of a command.
    await expect.poll(() => performance.now() - start, poll).toBeGreaterThan(PAUSE_MS);
    expect(b!.mail).toEqual([]);
    redis.resume();
    await expectRecovered(a!, b!, [a!]);
    expect(b!.mail.filter((text) => text.startsWith('mail'))).toEqual(sent);
  });

  test('the bytes waiting for it are limited, and the rest is refused at once', async () => {
    const redis = await started(RedisServer.start());
    const [a, b] = await hubs(2, world(redis.url));
    redis.pause();
    const message = Buffer.alloc(1024 * 1024);
    // While Redis is paused, the hub keeps messages up to a limit of bytes, and refuses all further messages
    // at once. The kept messages are refused later, after the command timeout. The ping also fails after this
    // timeout. So a message that was refused before the ping failed was refused at once.
    let waited = false;
    const waiting = a!.plane.ping().catch(() => {
      waited = true;
    });
    const refusals = await Promise.all(
      Array.from({ length: 100 }, () =>
        a!.plane.send(b!.plane.hub, message).then(
          () => false,
          () => !waited,
        ),
      ),
    );
    expect(refusals.filter((atOnce) => atOnce).length).toBeGreaterThanOrEqual(80);
    await waiting;
    redis.resume();
    await expectRecovered(a!, b!, [a!]);
  });
});

test('when Redis is emptied, its age starts again and its hubs are notified', async () => {
  const redis = await started(RedisServer.start());
  const [a, b] = await hubs(2, world(redis.url));
  await expect.poll(() => a!.plane.age()).toBeGreaterThan(100);
  const since = performance.now();
  await redis.client.flushall();
  await expectRecovered(a!, b!);
  expect(await a!.plane.age()).toBeLessThanOrEqual(performance.now() - since);
});

test('a slow Redis causes no interruption and no loss', async () => {
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
