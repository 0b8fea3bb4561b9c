/** Faults of the hubs' chaos run: what it does to hubs, Redis, and the sockets of both sides. */

import type { FaultKind } from '../run/plan.ts';
import { AWAY, cut, frozen, HELD, killed, slow, stalled } from '../run/process-faults.ts';
import { HUBS } from './deployment.ts';
import type { HubsEnvironment, HubsOptions } from './hubs-environment.ts';

/** On a failover, the span of writes that the new Redis has missed, ms. */
const LAG = { low: 50, high: 1_000 };
/** How long Redis is paused, ms. */
const PAUSED = { low: 500, high: 4_000 };

type Kind = FaultKind<HubsEnvironment>;

const hub = ({ deployment }: HubsEnvironment, hop: number) => deployment.hubs[hop]!.program;
const tunnel = ({ deployment }: HubsEnvironment, hop: number) => deployment.providers[hop]!.tunnel;
const providerLine = ({ deployment }: HubsEnvironment, hop: number) => [deployment.providers[hop]!.line];
const consumerLine = ({ consumers }: HubsEnvironment, hop: number) => [consumers.lines[hop]!];
const redis = ({ deployment }: HubsEnvironment) => deployment.redis;
const redisLine = ({ deployment }: HubsEnvironment, hop: number) => [deployment.redis.lines[hop]!];
const peerLine = ({ deployment }: HubsEnvironment, hop: number) => [deployment.peerLines[hop]!];

type Counts = Pick<HubsOptions, 'providers' | 'consumers' | 'direct'>;

export function hubsFaults({ providers, consumers, direct }: Counts): readonly Kind[] {
  const ofConsumer = { hops: consumers, ofConsumer: true };
  const ofProvider = { hops: providers };
  const ofHub = { hops: HUBS };
  const ofAll = { hops: 1 };

  const kills: Omit<Kind, 'kills'>[] = [
    {
      name: 'hub killed',
      ...ofHub,
      lasts: AWAY,
      act: (environment, hop, ms) => killed(hub(environment, hop), ms),
    },
    { name: 'tunnel killed', ...ofProvider, act: (environment, hop) => killed(tunnel(environment, hop), 0) },
    {
      name: 'provider line cut',
      ...ofProvider,
      lasts: AWAY,
      act: (environment, hop, ms) => cut(providerLine(environment, hop), ms),
    },
    {
      name: 'consumer line cut',
      ...ofConsumer,
      lasts: AWAY,
      act: (environment, hop, ms) => cut(consumerLine(environment, hop), ms),
    },
    {
      name: 'provider line half cut',
      ...ofProvider,
      act: (environment, hop) => providerLine(environment, hop)[0]!.halfCut(),
    },
    {
      name: 'consumer line half cut',
      ...ofConsumer,
      act: (environment, hop) => consumerLine(environment, hop)[0]!.halfCut(),
    },
    {
      name: 'Redis killed',
      ...ofAll,
      lasts: AWAY,
      act: (environment, _, ms) => redis(environment).killed(ms),
    },
    { name: 'Redis flushed', ...ofAll, act: (environment) => redis(environment).flushed() },
    {
      name: 'Redis paused',
      ...ofAll,
      lasts: PAUSED,
      act: (environment, _, ms) => redis(environment).paused(ms),
    },
    {
      name: 'Redis failed over',
      ...ofAll,
      lasts: LAG,
      act: (environment, _, ms) => redis(environment).failedOver(ms),
    },
    {
      name: 'hub cut from Redis',
      ...ofHub,
      lasts: AWAY,
      act: (environment, hop, ms) => cut(redisLine(environment, hop), ms),
    },
  ];
  if (direct)
    kills.push({
      name: 'hub cut from hubs',
      ...ofHub,
      lasts: AWAY,
      act: (environment, hop, ms) => cut(peerLine(environment, hop), ms),
    });

  const disturbances: Omit<Kind, 'kills' | 'lasts'>[] = [
    { name: 'hub frozen', ...ofHub, act: (environment, hop, ms) => frozen(hub(environment, hop), ms) },
    {
      name: 'tunnel frozen',
      ...ofProvider,
      act: (environment, hop, ms) => frozen(tunnel(environment, hop), ms),
    },
    {
      name: 'provider line stalled',
      ...ofProvider,
      act: (environment, hop, ms) => stalled(providerLine(environment, hop), ms),
    },
    {
      name: 'consumer line stalled',
      ...ofConsumer,
      act: (environment, hop, ms) => stalled(consumerLine(environment, hop), ms),
    },
    {
      name: 'provider line slow',
      ...ofProvider,
      act: (environment, hop, ms) => slow(providerLine(environment, hop), ms),
    },
    {
      name: 'consumer line slow',
      ...ofConsumer,
      act: (environment, hop, ms) => slow(consumerLine(environment, hop), ms),
    },
    { name: 'Redis slow', ...ofAll, act: (environment, _, ms) => slow(redis(environment).lines, ms) },
    {
      name: 'Redis silent to a hub',
      ...ofHub,
      act: (environment, hop, ms) => stalled(redisLine(environment, hop), ms),
    },
  ];

  return [
    ...kills.map((kind) => ({ ...kind, kills: true })),
    ...disturbances.map((kind) => ({ ...kind, kills: false, lasts: HELD })),
  ];
}
