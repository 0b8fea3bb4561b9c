/**
 * Part of the chaos run in which Redis fails: causes outages of Redis, and makes a hub continue with outdated
 * data. The promise of each outage resolves when everything is available again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { cut, frozen, slow, stalled } from '../run/process-faults.ts';
import type { Deployment } from './deployment.ts';

/** How long Redis is away when it restarts, ms. An orchestrator needs about this time to restart it. */
const RESTART_MS = 500;
/** In a failover, a replica replaces Redis. The replica lacks the writes of the last LAG_MS milliseconds. */
const LAG_MS = 1_000;
/**
 * How long Redis is slow, ms. During this time, each hub must tell Redis that it is alive, and which
 * providers are connected to it.
 */
const SLOW_MS = 3_000;
/** How long one hub is cut off from Redis, ms. This is long enough for other hubs to miss its heartbeats. */
const ALONE_MS = 3_000;
/** How long a hub process is frozen, ms. Meanwhile, the hub's provider connects to another hub. */
const FROZEN_MS = 4_000;

export interface Outage {
  readonly name: string;
  /**
   * True if the outage moves a provider to another hub. Users at the old hub then reach this provider through
   * two hubs.
   */
  readonly moves?: boolean;
  act(deployment: Deployment): Promise<void>;
}

/** Returns all outages that can be caused. pauseMs: how long Redis is paused, in ms. */
export function outages(pauseMs: number): readonly Outage[] {
  return [
    { name: 'restarted', act: ({ redis }) => redis.killed(RESTART_MS) },
    { name: 'failed over', act: ({ redis }) => redis.failedOver(LAG_MS) },
    { name: 'paused', act: ({ redis }) => redis.paused(pauseMs) },
    { name: 'flushed', act: ({ redis }) => redis.flushed() },
    { name: 'slow', act: ({ redis }) => slow(redis.lines, SLOW_MS) },
    { name: 'cut from one hub', act: ({ redis }) => cut([redis.lines[0]!], ALONE_MS) },
    { name: 'silent to one hub', act: ({ redis }) => stalled([redis.lines[0]!], ALONE_MS) },
    { name: 'a hub is stale', moves: true, act: staleHub },
  ];
}

/**
 * This outage tests a hub with outdated data. Hub 0 is frozen. Meanwhile, its provider connects to hub 1, and
 * Redis loses all data. Then hub 0 continues, and still holds the provider's old, dead socket. Both hubs now
 * announce that the provider is theirs. The newer connection (higher connSeq) must win, even if hub 0
 * announces first.
 */
async function staleHub({ hubs, providers, redis }: Deployment): Promise<void> {
  const { line } = providers[0]!;
  await Promise.all([
    frozen(hubs[0]!.program, FROZEN_MS),
    (async () => {
      line.target = hubs[1]!.port;
      line.halfCut();
      await sleep(FROZEN_MS - RESTART_MS);
      await redis.flushed();
    })(),
  ]);
}
