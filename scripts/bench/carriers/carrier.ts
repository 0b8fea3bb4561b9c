/** A carrier moves streams of bytes between two ends, each a process: either our product or a reference. */
import type { BirpcReturn } from 'birpc';
import type { Calls } from '../../testing/processes/child.ts';
import type { NearCalls } from '../ends/near.ts';

export interface CarrierOptions {
  /** Streams to open. */
  readonly streams: number;
  /** Folder for the CPU profiles of our own processes. */
  readonly cpuProf?: string | undefined;
}

export interface Carrier {
  readonly near: BirpcReturn<NearCalls, Calls>;
  /** Process ids of the two ends, and of everything between them. */
  readonly pids: Readonly<Record<'far' | 'relay' | 'near', readonly number[]>>;
  stop(): Promise<void>;
}

export type StartCarrier = (options: CarrierOptions) => Promise<Carrier>;
