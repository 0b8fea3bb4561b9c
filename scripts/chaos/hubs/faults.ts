/** Faults of the hubs' chaos run: what it does to hubs, Redis, and the sockets of both sides. */
import { AWAY, cut, frozen, HELD, killed, slow, stalled } from '../ordeal/acts.ts';
import type { FaultKind } from '../ordeal/plan.ts';
import { HUBS } from './deployment.ts';
import type { HubsStage, HubsStageOptions } from './stage.ts';

/** On a failover, the span of writes that the new Redis has missed, ms. */
const LAG = { low: 50, high: 1_000 };
/** How long Redis is paused, ms. */
const PAUSED = { low: 500, high: 4_000 };

type Kind = FaultKind<HubsStage>;

const hub = ({ deployment }: HubsStage, hop: number) => deployment.hubs[hop]!.program;
const tunnel = ({ deployment }: HubsStage, hop: number) => deployment.providers[hop]!.tunnel;
const providerLine = ({ deployment }: HubsStage, hop: number) => [deployment.providers[hop]!.line];
const consumerLine = ({ audience }: HubsStage, hop: number) => [audience.lines[hop]!];
const redis = ({ deployment }: HubsStage) => deployment.redis;
const redisLine = ({ deployment }: HubsStage, hop: number) => [deployment.redis.lines[hop]!];
const peerLine = ({ deployment }: HubsStage, hop: number) => [deployment.peerLines[hop]!];

type Counts = Pick<HubsStageOptions, 'providers' | 'consumers' | 'direct'>;

export function hubsFaults({ providers, consumers, direct }: Counts): readonly Kind[] {
  const ofConsumer = { hops: consumers, ofConsumer: true };
  const ofProvider = { hops: providers };
  const ofHub = { hops: HUBS };
  const ofAll = { hops: 1 };

  const kills: Omit<Kind, 'kills'>[] = [
    { name: 'hub killed', ...ofHub, lasts: AWAY, act: (stage, hop, ms) => killed(hub(stage, hop), ms) },
    { name: 'tunnel killed', ...ofProvider, act: (stage, hop) => killed(tunnel(stage, hop), 0) },
    {
      name: 'provider line cut',
      ...ofProvider,
      lasts: AWAY,
      act: (stage, hop, ms) => cut(providerLine(stage, hop), ms),
    },
    {
      name: 'consumer line cut',
      ...ofConsumer,
      lasts: AWAY,
      act: (stage, hop, ms) => cut(consumerLine(stage, hop), ms),
    },
    {
      name: 'provider line half cut',
      ...ofProvider,
      act: (stage, hop) => providerLine(stage, hop)[0]!.halfCut(),
    },
    {
      name: 'consumer line half cut',
      ...ofConsumer,
      act: (stage, hop) => consumerLine(stage, hop)[0]!.halfCut(),
    },
    { name: 'Redis killed', ...ofAll, lasts: AWAY, act: (stage, _, ms) => redis(stage).killed(ms) },
    { name: 'Redis flushed', ...ofAll, act: (stage) => redis(stage).flushed() },
    { name: 'Redis paused', ...ofAll, lasts: PAUSED, act: (stage, _, ms) => redis(stage).paused(ms) },
    { name: 'Redis failed over', ...ofAll, lasts: LAG, act: (stage, _, ms) => redis(stage).failedOver(ms) },
    {
      name: 'hub cut from Redis',
      ...ofHub,
      lasts: AWAY,
      act: (stage, hop, ms) => cut(redisLine(stage, hop), ms),
    },
  ];
  if (direct)
    kills.push({
      name: 'hub cut from hubs',
      ...ofHub,
      lasts: AWAY,
      act: (stage, hop, ms) => cut(peerLine(stage, hop), ms),
    });

  const disturbances: Omit<Kind, 'kills' | 'lasts'>[] = [
    { name: 'hub frozen', ...ofHub, act: (stage, hop, ms) => frozen(hub(stage, hop), ms) },
    { name: 'tunnel frozen', ...ofProvider, act: (stage, hop, ms) => frozen(tunnel(stage, hop), ms) },
    {
      name: 'provider line stalled',
      ...ofProvider,
      act: (stage, hop, ms) => stalled(providerLine(stage, hop), ms),
    },
    {
      name: 'consumer line stalled',
      ...ofConsumer,
      act: (stage, hop, ms) => stalled(consumerLine(stage, hop), ms),
    },
    {
      name: 'provider line slow',
      ...ofProvider,
      act: (stage, hop, ms) => slow(providerLine(stage, hop), ms),
    },
    {
      name: 'consumer line slow',
      ...ofConsumer,
      act: (stage, hop, ms) => slow(consumerLine(stage, hop), ms),
    },
    { name: 'Redis slow', ...ofAll, act: (stage, _, ms) => slow(redis(stage).lines, ms) },
    { name: 'Redis silent to a hub', ...ofHub, act: (stage, hop, ms) => stalled(redisLine(stage, hop), ms) },
  ];

  return [
    ...kills.map((kind) => ({ ...kind, kills: true })),
    ...disturbances.map((kind) => ({ ...kind, kills: false, lasts: HELD })),
  ];
}
