/** Sign-in and rights of a hub for tests: every token names its holder, as token-bob and agent-p1 do. */
import { UniCoreError } from '@unicore/protocol';
import type { Identity, RelayDeps } from '../../relay/index.ts';
import type { SocketAuth } from '../deps.ts';

/** The only page that may connect. */
export const ORIGIN = 'http://localhost:7420';

export interface TestVm {
  owner: string;
  providerId: string;
  running: boolean;
}

export function testAuth(
  redeemTicket: SocketAuth['redeemTicket'],
  redeemDesktopTicket: SocketAuth['redeemDesktopTicket'] = async () => undefined,
): SocketAuth {
  return {
    allowedOrigin: (origin) => origin === ORIGIN,
    session: async ({ headers }) => identity(/unicore_session=(\w+)/.exec(headers.cookie ?? '')?.[1]),
    bearer: async (token) => identity(/^token-(\w+)$/.exec(token)?.[1]),
    async provider(token) {
      const id = /^agent-(\w+)$/.exec(token)?.[1];
      if (id === undefined) throw new UniCoreError('UNAUTHENTICATED', 'The token is no provider’s.');
      return id;
    },
    consumerTicket: async () => undefined,
    redeemTicket,
    redeemDesktopTicket,
  };
}

/** Every user has one session, called s-NAME. */
export function identity(userId: string): Identity;
export function identity(userId: string | undefined): Identity | undefined;
export function identity(userId: string | undefined): Identity | undefined {
  return userId === undefined ? undefined : { userId, sessionId: `s-${userId}` };
}

export interface TestDesktop {
  owner: string;
  providerId: string;
  /** False if the desktop has ended. */
  live: boolean;
  /** Default: 1. */
  attempt?: number;
}

/** Grants owners all rights to their desktops while these live. Guests may only watch. */
export function desktopRightsIn(desktops: ReadonlyMap<string, TestDesktop>): RelayDeps['authoriseDesktop'] {
  return async ({ userId, desktop: pass }, sessionId) => {
    const desktop = desktops.get(sessionId);
    if (desktop?.owner !== userId) throw new UniCoreError('NOT_FOUND', `There is no desktop ${sessionId}.`);
    if (!desktop.live) throw new UniCoreError('SESSION_ENDED', 'This desktop has ended. Create a new one.');
    const guest = pass?.guest ?? false;
    const { providerId, attempt = 1 } = desktop;
    return { providerId, attempt, rights: guest ? 'read' : 'write', guest };
  };
}

/** Grants owners write access to their VMs while the VMs are running. */
export function rightsIn(vms: ReadonlyMap<string, TestVm>): RelayDeps['authorise'] {
  return async ({ userId }, vmId) => {
    const vm = vms.get(vmId);
    if (vm?.owner !== userId) throw new UniCoreError('NOT_FOUND', `There is no VM ${vmId}.`);
    if (!vm.running) throw new UniCoreError('VM_NOT_RUNNING', 'Start the VM first.');
    return { providerId: vm.providerId, gen: 1, rights: 'write' };
  };
}
