/** What the relay asks the rest of the hub. It knows users, VMs and routes by their ids only. */
import type { Clock, Leg } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { RelayMeter } from './meter.ts';

/** Who is at a consumer's leg. */
export interface Identity {
  userId: string;
  /** The cookie session or bearer token that it came by: what a logout ends. */
  sessionId: string;
}

/** The answer to "may this user open a terminal on this VM now, and where is it". */
export interface Grant {
  providerId: string;
  gen: number;
  rights: 'write' | 'read';
}

/** Other hubs: what they are told of the providers here, and how theirs are reached. */
export interface Elsewhere {
  /** A leg to the hub where this provider is connected; undefined where none is known to be. Rejects while hubs are apart. */
  leg(providerId: string): Promise<Leg | undefined>;
  /** This provider's newest connection, as far as is known here, is at this hub. */
  came(providerId: string, connSeq: number): void;
  went(providerId: string): void;
}

/** For a hub without others. */
export const NOWHERE_ELSE: Elsewhere = { leg: async () => undefined, came() {}, went() {} };

export interface RelayDeps {
  clock: Clock;
  log: Logger;
  meter: RelayMeter;
  /** What may wait in the whole hub for peers that do not read, bytes. */
  queueBytes: number;
  /**
   * Throws NOT_FOUND for a VM that does not exist or is somebody else's (the same words for both), and
   * VM_NOT_RUNNING. A VM whose provider is silent is granted: the route, not the state, says who can be reached.
   */
  authorise(who: Identity, vmId: string): Promise<Grant>;
  elsewhere: Elsewhere;
}
