/**
 * A carrier (transport) transfers byte streams between two processes. A carrier is either UniCore or a system
 * that UniCore is compared with.
 */
import type { BirpcReturn } from 'birpc';
import type { Calls } from '../../testing/processes/child.ts';
import type { NearCalls } from '../ends/near.ts';

export interface CarrierOptions {
  /** Number of byte streams to open between the two processes. */
  readonly streams: number;
  /** Folder to which each UniCore process writes its CPU profile. */
  readonly cpuProf?: string | undefined;
}

export interface Carrier {
  readonly near: BirpcReturn<NearCalls, Calls>;
  /** Process ids of the client (near), of the server (far), and of all relay processes between them. */
  readonly pids: Readonly<Record<'far' | 'relay' | 'near', readonly number[]>>;
  stop(): Promise<void>;
}

export type StartCarrier = (options: CarrierOptions) => Promise<Carrier>;
