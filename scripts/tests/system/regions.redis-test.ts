/** Hubs far from each other: traffic between them takes the path's round trip and little more, and clients use the near hub. */
import { systemClock, WINDOWS } from '@unicore/protocol';
import { openBackplane } from '@unicore/server/backplane';
import {
  flood,
  openTerminal,
  startTestAgent,
  startTestConsumer,
  startTestHub,
  type TestHub,
} from '@unicore/server/testing';
import { RedisServer } from '@unicore/server/testing/redis';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { longLine, TwoRegions } from '../../testing/two-regions.ts';
import type { View } from '../../testing/view.ts';
import { runningVm, shell } from '../../testing/vms.ts';

const KEYS = 10;
/** Time allowed beyond the round trip of the path, ms, for processes on a busy machine. */
const LITTLE_MS = 40;
const FLOOD = 12 * 1024 * 1024;
const VMS: TestHub['vms'] = new Map([['vm-a', { owner: 'alice', providerId: 'p1', running: true }]]);

let world: TwoRegions | undefined;
afterEach(() => world?.close());

/** The median time from a key to its echo, ms. */
async function echo(view: View): Promise<number> {
  const took: number[] = [];
  for (let key = 0; key < KEYS; key++) {
    const seen = view.received;
    const typed = performance.now();
    view.type('x');
    await view.until(({ received }) => received > seen);
    took.push(performance.now() - typed);
  }
  return took.sort((a, b) => a - b)[KEYS / 2]!;
}

function plane(port: number) {
  return openBackplane({ redisUrl: `redis://127.0.0.1:${port}` }, systemClock, pino({ level: 'silent' }));
}

function portOf(hub: TestHub): number {
  return Number(new URL(hub.url).port);
}

/** From each hub to the other, and from the second to the Redis of the first. */
async function longLines(roundTripMs: number) {
  const redis = await RedisServer.start();
  const [toRedis, toFirst, toSecond] = await Promise.all(
    [redis.port, 0, 0].map((port) => longLine(roundTripMs / 2, port)),
  );
  const lines = [toRedis!, toFirst!, toSecond!] as const;
  return {
    redis,
    toRedis: lines[0],
    toFirst: lines[1],
    toSecond: lines[2],
    async close() {
      for (const line of lines) line.close();
      await redis.stop();
    },
  };
}

describe.each([
  { roundTripMs: 80, direct: false, way: 'by Redis' },
  { roundTripMs: 150, direct: false, way: 'by Redis' },
  { roundTripMs: 80, direct: true, way: 'by a socket' },
  { roundTripMs: 150, direct: true, way: 'by a socket' },
])('$roundTripMs ms between the hubs, $way', ({ roundTripMs, direct }) => {
  test('a key takes the path’s round trip, and nobody is called silent', async () => {
    world = await TwoRegions.open({ roundTripMs, direct });
    await world.agent(world.second);
    const unicore = await world.user(world.first);
    const vmId = await runningVm(unicore);
    const seen = new Set<string>();
    unicore.onStatus((status) => seen.add(status));
    const watch = unicore.api.vm.watch.subscribe(undefined, {
      onData: (event) => event.type === 'changed' && seen.add(event.vm.state),
    });
    const view = await shell(unicore, vmId);

    view.type('clear; stty raw -echo; cat\r');
    await view.until(/^\s*$/);
    const key = await echo(view);
    expect(key).toBeGreaterThan(roundTripMs);
    expect(key).toBeLessThan(roundTripMs + LITTLE_MS);

    watch.unsubscribe();
    expect([...seen]).toEqual([]);
    view.close();
  });

  test('a stream fills a window that grows', async () => {
    const long = await longLines(roundTripMs);
    try {
      const hubs = [
        await startTestHub({
          backplane: await plane(long.redis.port),
          vms: VMS,
          direct: direct && long.toFirst.origin.replace('http', 'ws'),
        }),
        await startTestHub({
          backplane: await plane(long.toRedis.port),
          vms: VMS,
          direct: direct && long.toSecond.origin.replace('http', 'ws'),
        }),
      ] as const;
      long.toFirst.target = portOf(hubs[0]);
      long.toSecond.target = portOf(hubs[1]);
      await startTestAgent(hubs[1].url, 'p1', { program: flood(FLOOD) });
      const alice = await startTestConsumer(hubs[0].url, 'alice');
      let [received, began] = [0, 0];
      const terminal = openTerminal({
        leg: () => alice.leg,
        open: { vmId: 'vm-a' },
        // All hubs hear of a provider a path's time after it came.
        resume: true,
        onData(bytes) {
          received += bytes.length;
          // The window has had its round trips to grow by then.
          if (began === 0 && received >= FLOOD / 2) began = performance.now();
        },
      });
      expect(await terminal.closed).toMatchObject({ code: 'OK' });
      const roundTrips = (performance.now() - began) / roundTripMs;
      // With the first window it could be no more than that.
      expect(FLOOD / 2 / roundTrips).toBeGreaterThan(1.5 * WINDOWS.terminal);
      await Promise.all(hubs.map((hub) => hub.stop()));
    } finally {
      await long.close();
    }
  });
});

test('whoever was sent to a far hub goes by the near one: provider and consumer, by themselves', async () => {
  const roundTripMs = 150;
  world = await TwoRegions.open({ roundTripMs, firstIsFar: true });
  const { first, second } = world;
  await world.agent(first);
  const unicore = await world.user(first);
  const vmId = await runningVm(unicore);
  const view = await shell(unicore, vmId);
  view.type('clear; stty raw -echo; cat\r');
  await view.until(/^\s*$/);
  await expect.poll(() => unicore.hubs.find(({ used }) => used)?.url, { timeout: 20_000 }).toBe(second.url);
  // Consumer and provider must both be at the near hub: otherwise keys would go to the far hub and back.
  await expect.poll(() => echo(view), { timeout: 30_000 }).toBeLessThan(LITTLE_MS);
  expect(unicore.hubs.map(({ region }) => region)).toEqual(['second', 'first']);
  expect(unicore.status).toBe('connected');
  view.close();
});
