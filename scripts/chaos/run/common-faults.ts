/**
 * Part of the chaos runs: lists the faults that every run can cause, which are faults of hubs, of tunnel
 * processes, and of the network lines of providers and consumers.
 */
import type { Environment } from './environment.ts';
import type { FaultKind } from './plan.ts';
import { AWAY, cut, frozen, HELD, killed, slow, stalled } from './process-faults.ts';

/** Number of hubs, providers and consumers in a chaos run. */
export interface Hops {
  readonly hubs: number;
  readonly providers: number;
  readonly consumers: number;
}

/**
 * Two lists of fault kinds: faults that close connections, and faults that only slow or stop them for a
 * while.
 */
export interface FaultLists<E> {
  /** Faults that close the connections of each channel whose path uses the faulty process or network line. */
  readonly kills: Omit<FaultKind<E>, 'kills'>[];
  /**
   * Faults that slow or stop a process or network line for a while, but do not themselves close a connection.
   */
  readonly disturbances: Omit<FaultKind<E>, 'kills' | 'lasts'>[];
}

const tunnel = ({ providers }: Environment, hop: number) => providers[hop]!.tunnel;
const providerLine = ({ providers }: Environment, hop: number) => [providers[hop]!.line];
const consumerLine = ({ consumers }: Environment, hop: number) => [consumers.lines[hop]!];

export function commonFaults({ hubs, providers, consumers }: Hops): FaultLists<Environment> {
  const ofHub = { hops: hubs };
  const ofProvider = { hops: providers };
  const ofConsumer = { hops: consumers, ofConsumer: true };
  return {
    kills: [
      {
        name: 'hub killed',
        ...ofHub,
        lasts: AWAY,
        act: (env, hop, ms) => killed(env.hubs[hop]!.program, ms),
      },
      // The service manager restarts a killed process at once. Therefore this fault restarts a killed tunnel
      // process at once, too.
      { name: 'tunnel killed', ...ofProvider, act: (env, hop) => killed(tunnel(env, hop), 0) },
      {
        name: 'provider line cut',
        ...ofProvider,
        lasts: AWAY,
        act: (env, hop, ms) => cut(providerLine(env, hop), ms),
      },
      {
        name: 'consumer line cut',
        ...ofConsumer,
        lasts: AWAY,
        act: (env, hop, ms) => cut(consumerLine(env, hop), ms),
      },
      {
        name: 'provider line half cut',
        ...ofProvider,
        act: (env, hop) => providerLine(env, hop)[0]!.halfCut(),
      },
      {
        name: 'consumer line half cut',
        ...ofConsumer,
        act: (env, hop) => consumerLine(env, hop)[0]!.halfCut(),
      },
    ],
    disturbances: [
      { name: 'hub frozen', ...ofHub, act: (env, hop, ms) => frozen(env.hubs[hop]!.program, ms) },
      { name: 'tunnel frozen', ...ofProvider, act: (env, hop, ms) => frozen(tunnel(env, hop), ms) },
      {
        name: 'provider line stalled',
        ...ofProvider,
        act: (env, hop, ms) => stalled(providerLine(env, hop), ms),
      },
      {
        name: 'consumer line stalled',
        ...ofConsumer,
        act: (env, hop, ms) => stalled(consumerLine(env, hop), ms),
      },
      { name: 'provider line slow', ...ofProvider, act: (env, hop, ms) => slow(providerLine(env, hop), ms) },
      { name: 'consumer line slow', ...ofConsumer, act: (env, hop, ms) => slow(consumerLine(env, hop), ms) },
    ],
  };
}

export function faultKinds<E>({ kills, disturbances }: FaultLists<E>): readonly FaultKind<E>[] {
  return [
    ...kills.map((kind) => ({ ...kind, kills: true })),
    ...disturbances.map((kind) => ({ ...kind, kills: false, lasts: HELD })),
  ];
}
