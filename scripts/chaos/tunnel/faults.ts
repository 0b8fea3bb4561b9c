/** Faults of the tunnel's chaos run: what it does to the hub, the tunnel and the lines between them. */
import { AWAY, cut, frozen, HELD, killed, slow, stalled } from '../ordeal/acts.ts';
import type { FaultKind } from '../ordeal/plan.ts';
import { CONSUMERS, type TunnelStage } from './stage.ts';

type Kind = FaultKind<TunnelStage>;

const ofConsumer = { hops: CONSUMERS, ofConsumer: true };
const lineOf = (stage: TunnelStage, consumer: number) => [stage.audience.lines[consumer]!];
const providerLine = ({ provider }: TunnelStage) => [provider.line];

/** Faults that end every channel's path through a hop. A killed tunnel is started again at once, as service managers do. */
const KILLS: Omit<Kind, 'kills'>[] = [
  { name: 'hub killed', hops: 1, lasts: AWAY, act: ({ hub }, _, ms) => killed(hub.program, ms) },
  { name: 'tunnel killed', hops: 1, act: ({ provider }) => killed(provider.tunnel, 0) },
  { name: 'provider line cut', hops: 1, lasts: AWAY, act: (stage, _, ms) => cut(providerLine(stage), ms) },
  {
    name: 'consumer line cut',
    ...ofConsumer,
    lasts: AWAY,
    act: (stage, hop, ms) => cut(lineOf(stage, hop), ms),
  },
  { name: 'provider line half cut', hops: 1, act: ({ provider }) => provider.line.halfCut() },
  {
    name: 'consumer line half cut',
    ...ofConsumer,
    act: (stage, hop) => stage.audience.lines[hop]!.halfCut(),
  },
];

/** Faults that disturb a hop without ending a path. */
const DISTURBANCES: Omit<Kind, 'kills' | 'lasts'>[] = [
  { name: 'hub frozen', hops: 1, act: ({ hub }, _, ms) => frozen(hub.program, ms) },
  { name: 'tunnel frozen', hops: 1, act: ({ provider }, _, ms) => frozen(provider.tunnel, ms) },
  { name: 'provider line stalled', hops: 1, act: (stage, _, ms) => stalled(providerLine(stage), ms) },
  { name: 'consumer line stalled', ...ofConsumer, act: (stage, hop, ms) => stalled(lineOf(stage, hop), ms) },
  { name: 'provider line slow', hops: 1, act: (stage, _, ms) => slow(providerLine(stage), ms) },
  { name: 'consumer line slow', ...ofConsumer, act: (stage, hop, ms) => slow(lineOf(stage, hop), ms) },
];

export const TUNNEL_FAULTS: readonly Kind[] = [
  ...KILLS.map((kind) => ({ ...kind, kills: true })),
  ...DISTURBANCES.map((kind) => ({ ...kind, kills: false, lasts: HELD })),
];
