/**
 * Helpers for tests of Redis outages: real Redis processes, hubs that use them, and checks that everything works again.
 */
import { afterEach, expect } from 'vitest';
import { LineProxy } from '../../../testing/line-proxy.ts';
import type { Backplane } from '../../backplane.ts';
import type { BackplaneWorld } from '../../testing/backplane-world.ts';
import type { RedisServer } from './redis-server.ts';
import { redisWorld } from './world.ts';

/**
 * Maximum time from the return of Redis until a hub works again, ms. It includes reconnect delays, a probe,
 * and a margin for a slow machine.
 */
export const BACK_MS = 60_000;
/**
 * Maximum time until a call rejects, ms. Calls reject after 1 s, and the rest is a margin for a slow machine.
 */
const SOON_MS = 4_000;
export const poll = { timeout: BACK_MS, interval: 50 };

export interface Hub {
  plane: Backplane;
  mail: string[];
  news: string[];
  interruptions: number;
}

export const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export async function started<T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const redis = await starting;
  cleanups.push(() => redis.stop());
  return redis;
}

export async function proxied(server: RedisServer): Promise<LineProxy> {
  const line = await LineProxy.open(server.port);
  cleanups.push(() => line.close());
  return line;
}

export function world(...args: Parameters<typeof redisWorld>): BackplaneWorld {
  const made = redisWorld(...args);
  cleanups.push(() => made.close());
  return made;
}

export async function hubs(count: number, { join }: BackplaneWorld): Promise<Hub[]> {
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

/** Checks that every part of the backplane works between these two hubs. */
export async function expectAllWell(a: Hub, b: Hub, name: string): Promise<void> {
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
  await served(() => a.plane.tell(name));
  await expect.poll(() => b.news.at(-1), poll).toBe(name);
  const connSeq = Date.now();
  expect((await served(() => a.plane.routes.claim(name, connSeq))).now.hub).toBe(a.plane.hub);
  expect(await served(() => b.plane.routes.find(name))).toEqual({ hub: a.plane.hub, connSeq });
  await served(() => a.plane.values.put(name, 'value', 10_000));
  expect(await served(() => b.plane.values.take(name))).toBe('value');
  await served(() => a.plane.deadlines.set(name, 'id', 0));
  expect(await served(() => b.plane.deadlines.due(name, 1, 0))).toEqual(['id']);
  await served(() => a.plane.presence.heard(name, '{}', 0));
  expect((await served(() => b.plane.presence.look([name]))).size).toBe(1);
  expect(await served(() => a.plane.leases.hold(name, 10_000))).toBe(true);
  expect(await served(() => b.plane.leases.hold(name, 10_000))).toBe(false);
}

/**
 * Repeats a call until Redis serves it, and returns the result. The nodes of a cluster come back one after
 * the other.
 */
async function served<T>(call: () => Promise<T>): Promise<T> {
  const results: T[] = [];
  const said = () =>
    call().then(
      (result) => {
        results.push(result);
        return 'served';
      },
      (error: Error) => error.message,
    );
  await expect.poll(said, poll).toBe('served');
  return results.at(-1) as T;
}

/** Checks that the hubs in `told` were notified of the interruption, and then that everything works. */
export async function expectRecovered(a: Hub, b: Hub, told = [a, b]): Promise<void> {
  await expect
    .poll(() => told.map(({ interruptions }) => interruptions > 0), poll)
    .toEqual(told.map(() => true));
  await expectAllWell(a, b, 'recovered');
}

export async function expectDown(call: Promise<unknown>): Promise<void> {
  const start = performance.now();
  await expect(call).rejects.toMatchObject({ code: 'BACKPLANE_DOWN' });
  expect(performance.now() - start).toBeLessThan(SOON_MS);
}
