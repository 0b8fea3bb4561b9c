/** Outages of Redis, and a hub that wakes with stale knowledge. Each settles when everything is available again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { cut, frozen, slow, stalled } from '../run/process-faults.ts';
import type { Deployment } from './deployment.ts';

/** Time that an orchestrator needs to restart Redis, ms. */
const RESTART_MS = 500;
/** After a failover, the new Redis lacks the writes of this last period, ms. */
const LAG_MS = 1_000;
/** How long Redis is slow, ms: long enough for hubs to send claims and heartbeats through it. */
const SLOW_MS = 3_000;
/** How long one hub is cut from Redis, ms: long enough for other hubs to miss its heartbeats. */
const ALONE_MS = 3_000;
/** How long a hub is frozen, ms. Meanwhile its provider connects to another hub. */
const FROZEN_MS = 4_000;

export interface Outage {
  readonly name: string;
  /** True if the outage moves a provider to another hub. Typists at its old hub then reach it through two hubs. */
  readonly moves?: boolean;
  act(deployment: Deployment): Promise<void>;
}

/** pauseMs: how long Redis is paused. */
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
 * Freezes hub 0 while its provider moves to hub 1 and Redis forgets that. Hub 0 wakes with a dead socket that it takes for
 * the provider's. Its older connSeq (connection number) must lose, even if hub 0 is the first to announce it.
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
