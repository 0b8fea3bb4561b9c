/** What Redis does on bad days, and a hub that missed all of it. Each settles when all is there again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { cut, frozen, slow, stalled } from '../run/process-faults.ts';
import type { Deployment } from './deployment.ts';

/** An orchestrator needs so long to start another one, ms. */
const RESTART_MS = 500;
/** What the replica that takes over did not hear, ms. */
const LAG_MS = 1_000;
/** Time for claims and beacons by a Redis that is slow, ms. */
const SLOW_MS = 3_000;
/** One hub alone has no Redis for so long: its beacons are missed, ms. */
const ALONE_MS = 3_000;
/** A hub that stands still so long has lost its provider to another one, ms. */
const FROZEN_MS = 4_000;

export interface Outage {
  readonly name: string;
  /** A provider changes its hub: who was at one hub with it is at another one then. */
  readonly moves?: boolean;
  act(deployment: Deployment): Promise<void>;
}

/** pauseMs: how long Redis stands still. */
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
 * Hub 0 stands still while its provider goes to hub 1 and Redis forgets that, and comes back with a socket that it takes for
 * the provider's: its older connSeq must lose, though it may be the first to say it.
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
