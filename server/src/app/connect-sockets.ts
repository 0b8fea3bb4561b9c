/**
 * Connects the WebSocket endpoints to the rest of the hub. Authenticates sockets, reports which providers are
 * connected, and closes channels when a session or a VM ends.
 */
import type { Server } from 'node:http';
import type { Clock } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { Caller, Origins } from '../auth/index.ts';
import { desktopOfProvider, isGuestId, isOver } from '../desktop/index.ts';
import type { AddressOf, Callers } from '../http/index.ts';
import type { Regions } from '../hubs/index.ts';
import type { Metrics } from '../metrics/index.ts';
import type { Identity } from '../relay/index.ts';
import { attachSockets, type Sockets } from '../sockets/index.ts';
import type { VmRow } from '../store/index.ts';
import type { Domain } from './domain.ts';

export interface ConnectDeps {
  domain: Domain;
  callers: Callers;
  origins: Origins;
  regions: Regions;
  addressOf: AddressOf;
  metrics: Metrics;
  clock: Clock;
  log: Logger;
  rotateMs: number;
  hub: { hubId: string; version: string };
}

/**
 * The phases of a VM that is stopped or deleted. When a VM enters one of them, all channels to the VM must be
 * closed.
 */
const OVER = new Set<VmRow['phase']>(['stopped', 'deleting', 'deleted']);

const VM_OVER = 'The VM was stopped or deleted.';
const SIGNED_OUT = 'This session was ended. Sign in again.';
const UNSHARED = 'The owner has stopped sharing, or has made a new link. Ask for it.';

/** Starts accepting WebSockets. */
export function connectSockets(server: Server, deps: ConnectDeps): Sockets {
  const { domain, callers, origins, regions, addressOf, metrics, clock, log, rotateMs, hub } = deps;
  const { sessions, credentials, tickets, presence, control, relay, hubs, events } = domain;
  const { desktopBoot, cloudDesktops } = domain;
  const sockets = attachSockets(server, {
    clock,
    log,
    meter: metrics,
    relay,
    hubs: hubs.sockets,
    rotateMs,
    hub,
    places: () => regions.list,
    addressOf,
    auth: {
      allowedOrigin: (origin, host) => origins.allowed(origin, host) || regions.has(origin),
      session: async (request) => identityOf(await callers.ofCookie(request)),
      bearer: async (token) => identityOf(await sessions.caller('bearer', token)),
      async provider(token) {
        const providerId = await credentials.verify(token);
        await desktopBoot.check(providerId);
        return providerId;
      },
      async consumerTicket(ticket) {
        const grant = await tickets.redeem(ticket, { kind: 'consumer' }, { kind: 'vnc', guest: true });
        if (!grant) return undefined;
        const { userId, sessionId } = grant;
        if (grant.kind === 'consumer') return { userId, sessionId };
        const { desktopId, attempt } = grant;
        return { userId, sessionId, desktop: { desktopId, attempt, guest: true } };
      },
      async redeemTicket(ticket, asked) {
        const grant = await tickets.redeem(ticket, { kind: 'terminal', ...asked });
        return (
          grant && {
            identity: { userId: grant.userId, sessionId: grant.sessionId },
            readOnly: grant.readOnly,
          }
        );
      },
      async redeemDesktopTicket(ticket, { kind, sessionId: desktopId }) {
        const grant = await tickets.redeem(ticket, { kind, desktopId });
        if (!grant) return undefined;
        const { userId, sessionId, attempt, guest, viewOnly } = grant;
        return { identity: { userId, sessionId, desktop: { desktopId, attempt, guest } }, viewOnly };
      },
    },
    providers: {
      connected({ providerId, hello, leg }) {
        // A desktop is no machine that takes VMs, and its end is no silence. So nobody watches its presence.
        if (!desktopOfProvider(providerId)) presence.connected(providerId, hello);
        control.open(leg, providerId);
      },
      heard: (providerId) => presence.heard(providerId),
      beat: (providerId, beat) => presence.beat(providerId, beat),
      disconnected(providerId) {
        presence.disconnected(providerId);
        cloudDesktops?.disconnected(providerId);
      },
    },
  });
  events.on('sessionEnded', (sessionId) => {
    relay.closeSession(sessionId, 'UNAUTHENTICATED', isGuestId(sessionId) ? UNSHARED : SIGNED_OUT);
  });
  events.on('vm', ({ vmId, phase }) => {
    if (OVER.has(phase)) relay.closeTarget(vmId, 'VM_NOT_RUNNING', () => VM_OVER);
  });
  events.on('desktop', ({ sessionId, phase, reason }) => {
    // Why a desktop has ended is not told to those who only watch by a share link.
    const message = (userId: string) => (isGuestId(userId) ? null : reason) ?? 'The desktop has ended.';
    if (isOver(phase)) relay.closeTarget(sessionId, 'SESSION_ENDED', message);
  });
  return sockets;
}

function identityOf(caller: Caller | undefined): Identity | undefined {
  return caller && { userId: caller.user.userId, sessionId: caller.sessionId };
}
