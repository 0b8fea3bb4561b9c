/** What a Redis does to hubs on bad days: each failure on a real one, and that all goes on afterwards by itself. */
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

/** As long as CI waits for a Redis that stands still; `npm run chaos -- hubs` takes longer. */
const PAUSE_MS = 3_000;

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
    // What waits is refused together with this, after its time.
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
