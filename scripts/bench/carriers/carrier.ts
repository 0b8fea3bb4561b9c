/** What carries streams between two ends, each a process: ours, or a reference beside it. */
import type { BirpcReturn } from 'birpc';
import type { Calls } from '../../testing/processes/child.ts';
import type { NearCalls } from '../ends/near.ts';

export interface CarrierOptions {
  /** Streams to open. */
  readonly streams: number;
  /** Folder for a CPU profile of each process of ours. */
  readonly cpuProf?: string | undefined;
}

export interface Carrier {
  readonly near: BirpcReturn<NearCalls, Calls>;
  /** Every process on the way: the two ends, and what lies between them. */
  readonly pids: Readonly<Record<'far' | 'relay' | 'near', readonly number[]>>;
  stop(): Promise<void>;
}

export type StartCarrier = (options: CarrierOptions) => Promise<Carrier>;
