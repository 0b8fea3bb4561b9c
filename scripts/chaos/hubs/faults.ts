/**
 * Part of the chaos run with several hubs: lists the faults that the run can cause, which are faults of hubs,
 * of Redis, and of the sockets of consumers and providers.
 */
import { commonFaults, faultKinds } from '../run/common-faults.ts';
import type { FaultKind } from '../run/plan.ts';
import { AWAY, cut, slow, stalled } from '../run/process-faults.ts';
import { HUBS } from './deployment.ts';
import type { HubsEnvironment, HubsOptions } from './hubs-environment.ts';

/**
 * Fault of Redis: a replica replaces the master. It has missed the master's writes of the last `low` to
 * `high` ms.
 */
const LAG = { low: 50, high: 1_000 };
/** Fault of Redis: how long Redis is paused, from `low` to `high` ms. */
const PAUSED = { low: 500, high: 4_000 };

const redis = ({ deployment }: HubsEnvironment) => deployment.redis;
const redisLine = ({ deployment }: HubsEnvironment, hop: number) => [deployment.redis.lines[hop]!];
const peerLine = ({ deployment }: HubsEnvironment, hop: number) => [deployment.peerLines[hop]!];

type Counts = Pick<HubsOptions, 'providers' | 'consumers' | 'direct'>;

export function hubsFaults({ direct, ...counts }: Counts): readonly FaultKind<HubsEnvironment>[] {
  const { kills, disturbances } = commonFaults({ ...counts, hubs: HUBS });
  const ofHub = { hops: HUBS };
  const ofAll = { hops: 1 };
  return faultKinds<HubsEnvironment>({
    kills: [
      ...kills,
      { name: 'Redis killed', ...ofAll, lasts: AWAY, act: (env, _, ms) => redis(env).killed(ms) },
      { name: 'Redis flushed', ...ofAll, act: (env) => redis(env).flushed() },
      { name: 'Redis paused', ...ofAll, lasts: PAUSED, act: (env, _, ms) => redis(env).paused(ms) },
      { name: 'Redis failed over', ...ofAll, lasts: LAG, act: (env, _, ms) => redis(env).failedOver(ms) },
      {
        name: 'hub cut from Redis',
        ...ofHub,
        lasts: AWAY,
        act: (env, hop, ms) => cut(redisLine(env, hop), ms),
      },
      ...(direct
        ? [
            {
              name: 'hub cut from hubs',
              ...ofHub,
              lasts: AWAY,
              act: (env: HubsEnvironment, hop: number, ms: number) => cut(peerLine(env, hop), ms),
            },
          ]
        : []),
    ],
    disturbances: [
      ...disturbances,
      { name: 'Redis slow', ...ofAll, act: (env, _, ms) => slow(redis(env).lines, ms) },
      { name: 'Redis silent to a hub', ...ofHub, act: (env, hop, ms) => stalled(redisLine(env, hop), ms) },
    ],
  });
}
