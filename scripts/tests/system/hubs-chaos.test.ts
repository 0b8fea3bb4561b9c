/** A short form of `npm run chaos -- hubs --kills 300` and `npm run chaos -- hubs redis`. */
import { expect, test } from 'vitest';
import { alarmsOf } from '../../chaos/hubs/commands/redis-failures.ts';
import { failing } from '../../chaos/hubs/redis-failures.ts';
import { hubsScenario } from '../../chaos/hubs/scenario.ts';
import { runChaos } from '../../chaos/run/run.ts';

const LIMIT_MS = 900_000;
/** Rate of each channel, in bytes per second and direction. All hubs and ends share two cores. */
const RATE = 4 * 1024;
/** Duration of a pause, in ms. It is longer than the 10 s after which a silent provider becomes suspect. */
const PAUSE_MS = 11_000;
const ONLY = ['restarted', 'failed over', 'paused', 'flushed', 'slow', 'a hub is stale'];
/** Time limit in ms. An action that takes longer has waited for Redis. */
const WAITS_MS = PAUSE_MS / 2;

// The runs follow one another. Side by side they would take hardly less time: their sixty processes keep two cores busy.
// This process, whose proxies carry all bytes, would then be late by more than a second beside other tests. Redis and
// other hubs would seem dead to a hub, which waits 1 s for Redis and 1.5 s for a hub.
// With these seeds, hubs and Redis are among the killed processes.
test.each([
  ['Redis', { direct: false, seed: 1273 }],
  ['sockets of their own', { direct: true, seed: 186 }],
] as const)(
  'terminals lose, repeat and move no byte in kills of three hubs, sockets and Redis; hubs joined by %s',
  async (_, { direct, seed }) => {
    const scenario = hubsScenario({ providers: 2, consumers: 2, direct, firestore: false });
    const { bytes } = await runChaos(scenario, { kills: 8, seed, channels: 8, rate: RATE });
    expect(Math.min(bytes.down, bytes.up)).toBeGreaterThan(64 * 1024);
  },
  LIMIT_MS,
);

test(
  'Redis restarts, fails over, stands still, is emptied and slow: no key is lost, nobody is called offline, and inside a hub it goes on',
  async () => {
    const outcome = await failing({
      pauseMs: PAUSE_MS,
      quietMs: 500,
      only: ONLY,
      direct: false,
      firestore: false,
    });
    expect(alarmsOf(outcome)).toEqual([]);
    expect(outcome.looks).toBeGreaterThan(100);
    const paused = outcome.outages.find(({ name }) => name === 'paused');
    expect(paused?.same.max).toBeLessThan(WAITS_MS);
    expect(paused?.across.max).toBeGreaterThan(WAITS_MS);
  },
  LIMIT_MS,
);
