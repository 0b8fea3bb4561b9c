/**
 * A carrier transports byte streams between two processes. It is UniCore, or a reference with which UniCore is
 * compared.
 */
import type { BirpcReturn } from 'birpc';
import type { Calls } from '../../testing/processes/child.ts';
import type { NearCalls } from '../ends/near.ts';

export interface CarrierOptions {
  /** Streams to open. */
  readonly streams: number;
  /** Folder that gets a CPU profile of each UniCore process. */
  readonly cpuProf?: string | undefined;
}

export interface Carrier {
  readonly near: BirpcReturn<NearCalls, Calls>;
  /** Process ids of the two ends and of all relays between them. */
  readonly pids: Readonly<Record<'far' | 'relay' | 'near', readonly number[]>>;
  stop(): Promise<void>;
}

export type StartCarrier = (options: CarrierOptions) => Promise<Carrier>;
