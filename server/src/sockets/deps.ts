/** What the sockets need from the rest of the hub, as a few functions that tests can replace. */
import type { IncomingMessage } from 'node:http';
import type { Clock, ErrorCode, FrameOf, FrameType, HubPlace, Leg, Patience } from '@unicore/protocol';
import type { AgentHello, BeatMeta } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import type { Identity, Relay } from '../relay/index.ts';

/** Kind of socket, by the peer at its other end. */
export type SocketKind = 'provider' | 'consumer' | 'terminal' | 'hub';

/** What a redeemed ticket grants. */
export interface Ticket {
  identity: Identity;
  readOnly: boolean;
}

export interface SocketAuth {
  /** Whether pages of this origin may connect. Origins must match exactly. */
  allowedOrigin(origin: string, host: string | undefined): boolean;
  /** The user of this request's session cookie; undefined if it has none or it is no longer valid. */
  session(request: IncomingMessage): Promise<Identity | undefined>;
  /** The user of a bearer token; undefined if it is unknown or revoked. */
  bearer(token: string): Promise<Identity | undefined>;
  /** The provider of an agent's JWT. Throws UNAUTHENTICATED, or REVOKED for a revoked provider. */
  provider(token: string): Promise<string>;
  /** Redeems the ticket of a consumer's socket. Undefined if it is unknown, used, expired, or for another purpose. */
  consumerTicket(ticket: string): Promise<Identity | undefined>;
  /** Redeems the ticket of a raw terminal. Undefined if it is unknown, used, expired, or for another VM or terminal. */
  redeemTicket(ticket: string, asked: { vmId: string; terminalId: string }): Promise<Ticket | undefined>;
}

/** A provider's socket after its handshake. It is now the provider's route. */
export interface ProviderConnection {
  providerId: string;
  hello: AgentHello;
  leg: Leg;
}

/** Receives the events of providers' sockets. */
export interface ProviderEvents {
  /** Called right after WELCOME; the control channel may be opened. */
  connected(connection: ProviderConnection): void;
  /** Called for each message of the provider, since any message proves that it is alive. It must be cheap. */
  heard(providerId: string): void;
  beat(providerId: string, beat: BeatMeta): void;
  /** The route is gone. Not called for a socket that a newer one replaced. */
  disconnected(providerId: string, code: ErrorCode): void;
}

/** Handles the sockets of other hubs. */
export interface HubSockets {
  /** Keepalive limits for sockets of other hubs. */
  patience: Patience;
  /** Verifies another hub's token and returns that hub's name. Throws UNAUTHENTICATED. */
  admit(pass: string): Promise<string>;
  /** Called when a hub's leg is up; the returned function is called when it has closed. */
  accepted(leg: Leg): () => void;
  opened(leg: Leg, open: FrameOf<typeof FrameType.OPEN>): void;
}

/** mail: a leg to another hub through the backplane, without a socket. */
export type LegKind = SocketKind | 'mail';

/** Metrics of a leg, whatever its transport. All functions must be cheap. */
export interface LegMeter {
  /** Counts a message that was sent or received on a leg. */
  message(kind: LegKind, direction: 'in' | 'out', bytes: number): void;
  /** A PING was answered after `rtt` ms. */
  measured(kind: LegKind, rtt: number): void;
  /** A frame arrived that belongs to no channel. */
  stray(kind: LegKind): void;
}

export interface SocketMeter extends LegMeter {
  opened(kind: SocketKind): void;
  /** code: the reason; LEG_LOST if the connection broke silently. */
  closed(kind: SocketKind, code: ErrorCode): void;
  /**
   * Registers a gauge of the socket's unsent bytes: given to the socket but not yet accepted by the kernel. The
   * returned function removes it.
   */
  buffers(kind: SocketKind, bytes: () => number): () => void;
}

export interface SocketDeps {
  clock: Clock;
  log: Logger;
  meter: SocketMeter;
  auth: SocketAuth;
  providers: ProviderEvents;
  relay: Relay;
  /** Handles sockets from other hubs; absent if hubs have no sockets to one another. */
  hubs?: HubSockets | undefined;
  /**
   * The client's address, by which pending handshakes are counted. Behind our own proxy, that is not the socket's
   * address.
   */
  addressOf(request: IncomingMessage): string;
  /** Age at which multiplexed sockets are replaced by new ones, ms. */
  rotateMs: number;
  /** Name and version of this hub, sent to peers in WELCOME. */
  hub: { hubId: string; version: string };
  /** All regions, also sent in WELCOME if there are several: the peer may find another one nearer. */
  places?: () => readonly HubPlace[];
}
