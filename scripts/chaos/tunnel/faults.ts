/** Faults of the tunnel's chaos run: what it does to the hub, the tunnel and the lines between them. */

import type { FaultKind } from '../run/plan.ts';
import { AWAY, cut, frozen, HELD, killed, slow, stalled } from '../run/process-faults.ts';
import { CONSUMERS, type TunnelEnvironment } from './tunnel-environment.ts';

type Kind = FaultKind<TunnelEnvironment>;

const ofConsumer = { hops: CONSUMERS, ofConsumer: true };
const lineOf = (environment: TunnelEnvironment, consumer: number) => [environment.consumers.lines[consumer]!];
const providerLine = ({ provider }: TunnelEnvironment) => [provider.line];

/** Faults that end every channel's path through a hop. A killed tunnel is started again at once, as service managers do. */
const KILLS: Omit<Kind, 'kills'>[] = [
  { name: 'hub killed', hops: 1, lasts: AWAY, act: ({ hub }, _, ms) => killed(hub.program, ms) },
  { name: 'tunnel killed', hops: 1, act: ({ provider }) => killed(provider.tunnel, 0) },
  {
    name: 'provider line cut',
    hops: 1,
    lasts: AWAY,
    act: (environment, _, ms) => cut(providerLine(environment), ms),
  },
  {
    name: 'consumer line cut',
    ...ofConsumer,
    lasts: AWAY,
    act: (environment, hop, ms) => cut(lineOf(environment, hop), ms),
  },
  { name: 'provider line half cut', hops: 1, act: ({ provider }) => provider.line.halfCut() },
  {
    name: 'consumer line half cut',
    ...ofConsumer,
    act: (environment, hop) => environment.consumers.lines[hop]!.halfCut(),
  },
];

/** Faults that disturb a hop without ending a path. */
const DISTURBANCES: Omit<Kind, 'kills' | 'lasts'>[] = [
  { name: 'hub frozen', hops: 1, act: ({ hub }, _, ms) => frozen(hub.program, ms) },
  { name: 'tunnel frozen', hops: 1, act: ({ provider }, _, ms) => frozen(provider.tunnel, ms) },
  {
    name: 'provider line stalled',
    hops: 1,
    act: (environment, _, ms) => stalled(providerLine(environment), ms),
  },
  {
    name: 'consumer line stalled',
    ...ofConsumer,
    act: (environment, hop, ms) => stalled(lineOf(environment, hop), ms),
  },
  { name: 'provider line slow', hops: 1, act: (environment, _, ms) => slow(providerLine(environment), ms) },
  {
    name: 'consumer line slow',
    ...ofConsumer,
    act: (environment, hop, ms) => slow(lineOf(environment, hop), ms),
  },
];

export const TUNNEL_FAULTS: readonly Kind[] = [
  ...KILLS.map((kind) => ({ ...kind, kills: true })),
  ...DISTURBANCES.map((kind) => ({ ...kind, kills: false, lasts: HELD })),
];
