/** What the relay needs from the rest of the hub. The relay knows users, VMs and routes only by their ids. */
import type { Clock, Leg } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { RelayMeter } from './meter.ts';

/** The user at a consumer's leg. */
export interface Identity {
  userId: string;
  /** The cookie session or bearer token that authenticated the leg. Signing out closes its legs. */
  sessionId: string;
}

/** The answer to "may this user open a terminal on this VM now, and on which provider is it?" */
export interface Grant {
  providerId: string;
  gen: number;
  rights: 'write' | 'read';
}

/** Connection to the other hubs: announces the providers of this hub, and reaches those of others. */
export interface Elsewhere {
  /**
   * A leg to the hub that has this provider; undefined if none is known to. Rejects while the hubs cannot reach one
   * another.
   */
  leg(providerId: string): Promise<Leg | undefined>;
  /** Called when the provider's newest known connection is at this hub. */
  came(providerId: string, connSeq: number): void;
  went(providerId: string): void;
}

/** Stands for the other hubs where a hub runs alone. */
export const NOWHERE_ELSE: Elsewhere = { leg: async () => undefined, came() {}, went() {} };

export interface RelayDeps {
  clock: Clock;
  log: Logger;
  meter: RelayMeter;
  /** Bytes that may wait in the whole hub for peers that do not read. */
  queueBytes: number;
  /**
   * Throws VM_NOT_RUNNING, or NOT_FOUND for a VM that does not exist or belongs to another user (with the same
   * message). A VM on a silent provider is allowed: only the route decides whether the provider can be reached.
   */
  authorise(who: Identity, vmId: string): Promise<Grant>;
  elsewhere: Elsewhere;
}
