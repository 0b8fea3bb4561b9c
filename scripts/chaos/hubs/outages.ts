/**
 * Outages of Redis, and a frozen hub that missed what happened meanwhile. Each act settles when all processes and lines
 * work again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { cut, frozen, slow, stalled } from '../run/process-faults.ts';
import type { Deployment } from './deployment.ts';

/** How long an orchestrator needs to start another Redis, ms. */
const RESTART_MS = 500;
/** How far behind the replica is when it takes over, ms. */
const LAG_MS = 1_000;
/** How long Redis is slow: enough for hubs to claim routes and send beacons through it, ms. */
const SLOW_MS = 3_000;
/** How long one hub has no Redis: long enough for its beacons to be missed, ms. */
const ALONE_MS = 3_000;
/** How long a hub is frozen: long enough to lose its provider to another hub, ms. */
const FROZEN_MS = 4_000;

export interface Outage {
  readonly name: string;
  /** The outage moves a provider to another hub, so consumers that shared a hub with it no longer do. */
  readonly moves?: boolean;
  act(deployment: Deployment): Promise<void>;
}

/** pauseMs: how long the outage `paused` stops Redis. */
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
 * Freezes hub 0 while its provider moves to hub 1 and Redis is flushed. Hub 0 wakes with a socket that it takes for the
 * provider's. Its claim has an older connSeq and must lose, even if it is the first one after the flush.
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
