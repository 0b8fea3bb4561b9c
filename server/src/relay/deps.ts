/**
 * The interfaces that the relay needs from the rest of the hub. The relay knows users, VMs and providers only
 * by their ids.
 */
import type { Clock, Leg } from '@unicore/protocol';
import type { DesktopAuth } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import type { RelayMeter } from './meter.ts';

/** The authenticated user of a consumer's connection. */
export interface Identity {
  userId: string;
  /**
   * The cookie session or bearer token that authenticated the connection. When the session ends or the token
   * is revoked, the hub closes the connection.
   */
  sessionId: string;
  /** Set if a ticket for one desktop authenticated the connection, which then opens nothing else. */
  desktop?: DesktopPass;
}

export interface DesktopPass {
  /** Id of the desktop's session. */
  desktopId: string;
  /** The attempt for which the ticket was issued. */
  attempt: number;
  /** True for somebody who has only a share link. User and session of the identity are then the link's. */
  guest: boolean;
}

/** The result of a successful authorisation: the VM's provider, and the user's rights on the VM. */
export interface Grant {
  providerId: string;
  gen: number;
  rights: 'write' | 'read';
}

/** The same for a desktop. guest: true for somebody who has only a share link. */
export interface DesktopGrant {
  providerId: string;
  attempt: number;
  rights: 'write' | 'read';
  guest: boolean;
}

/** Decides who may open a channel. */
export interface Authoriser {
  /**
   * Checks whether the user may open a terminal on the VM. Throws VM_NOT_RUNNING. Throws the same NOT_FOUND
   * for a missing VM and for another user's VM. A VM whose provider is silent passes this check, because the
   * relay finds out later whether the provider can be reached.
   */
  authorise(who: Identity, vmId: string): Promise<Grant>;
  /**
   * Checks whether the user may open a channel of this kind to the desktop. Throws SESSION_ENDED. Throws the
   * same NOT_FOUND for a missing desktop and for another user's desktop.
   */
  authoriseDesktop(who: Identity, sessionId: string, kind: DesktopAuth['kind']): Promise<DesktopGrant>;
}

/** Access to the other hubs. It announces the providers of this hub and finds the providers of other hubs. */
export interface Elsewhere {
  /**
   * Resolves to a connection to the hub that has this provider, or to undefined if no hub is known to have
   * it. Rejects while the hubs cannot reach one another.
   */
  leg(providerId: string): Promise<Leg | undefined>;
  /** Called when a provider has connected to this hub with its newest connection. */
  came(providerId: string, connSeq: number): void;
  went(providerId: string): void;
}

/** The implementation for a deployment with a single hub: there are no other hubs. */
export const NOWHERE_ELSE: Elsewhere = { leg: async () => undefined, came() {}, went() {} };

export interface RelayDeps extends Authoriser {
  clock: Clock;
  log: Logger;
  meter: RelayMeter;
  /** Maximum number of bytes that may wait in the whole hub for peers that do not read. */
  queueBytes: number;
  elsewhere: Elsewhere;
}
