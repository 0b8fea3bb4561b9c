/**
 * A carrier (transport) transfers byte streams between two processes. A carrier is either UniCore or a system
 * that UniCore is compared with.
 */
import type { BirpcReturn } from 'birpc';
import type { Calls } from '../../testing/processes/child.ts';
import type { NearCalls } from '../ends/near.ts';

export interface CarrierOptions {
  /** Number of streams to open. */
  readonly streams: number;
  /** Folder to which each UniCore process writes its CPU profile. */
  readonly cpuProf?: string | undefined;
}

export interface Carrier {
  readonly near: BirpcReturn<NearCalls, Calls>;
  /** Process ids of the two ends and of all relays between the ends. */
  readonly pids: Readonly<Record<'far' | 'relay' | 'near', readonly number[]>>;
  stop(): Promise<void>;
}

export type StartCarrier = (options: CarrierOptions) => Promise<Carrier>;
