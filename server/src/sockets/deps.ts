/** The functions that the sockets need from the rest of the hub. Tests can replace them. */
import type { IncomingMessage } from 'node:http';
import type { Clock, ErrorCode, FrameOf, FrameType, HubPlace, Leg, Patience } from '@unicore/protocol';
import type { AgentHello, BeatMeta } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import type { RawKind } from '../gateway/index.ts';
import type { Identity, Relay } from '../relay/index.ts';

/** The kind of a socket that carries many channels, named after the peer at the other end. */
export type MultiplexedKind = 'provider' | 'consumer' | 'hub';
/** The kind of a socket. A raw socket is named after the kind of its only channel. */
export type SocketKind = MultiplexedKind | RawKind;

/** The rights that a valid ticket for a terminal grants. */
export interface Ticket {
  identity: Identity;
  readOnly: boolean;
}

/** The rights that a valid ticket for a desktop grants. */
export interface DesktopTicket {
  identity: Identity;
  viewOnly: boolean;
}

export interface SocketAuth {
  /** Returns true if pages of this origin may connect. Origins must match exactly. */
  allowedOrigin(origin: string, host: string | undefined): boolean;
  /**
   * Resolves to the user of the request's session cookie. Undefined if the cookie is missing or no longer
   * valid.
   */
  session(request: IncomingMessage): Promise<Identity | undefined>;
  /** Resolves to the user of a bearer token. Undefined if the token is unknown or revoked. */
  bearer(token: string): Promise<Identity | undefined>;
  /**
   * Resolves to the id of the provider that an agent's JWT names. Throws UNAUTHENTICATED, or REVOKED if the
   * provider was revoked.
   */
  provider(token: string): Promise<string>;
  /**
   * Uses up the ticket of a consumer's socket. Resolves to undefined if the ticket is unknown, used, expired,
   * or for another purpose.
   */
  consumerTicket(ticket: string): Promise<Identity | undefined>;
  /**
   * Uses up the ticket of a raw terminal. Resolves to undefined if the ticket is unknown, used, expired, or
   * for another VM or terminal.
   */
  redeemTicket(ticket: string, asked: { vmId: string; terminalId: string }): Promise<Ticket | undefined>;
  /**
   * Uses up the ticket of a raw view of a desktop (vnc), or of a program that drives it (cdp). Resolves to
   * undefined if the ticket is unknown, used, expired, or for another kind or desktop.
   */
  redeemDesktopTicket(
    ticket: string,
    asked: { kind: 'vnc' | 'cdp'; sessionId: string },
  ): Promise<DesktopTicket | undefined>;
}

/**
 * A provider's connection after its handshake. From now on, this connection is used to reach the provider.
 */
export interface ProviderConnection {
  providerId: string;
  hello: AgentHello;
  leg: Leg;
}

/** Receives the events of providers' sockets. */
export interface ProviderEvents {
  /**
   * Called right after the WELCOME frame was sent. From now on the hub may open the control channel to the
   * agent.
   */
  connected(connection: ProviderConnection): void;
  /**
   * Called for each message of the provider, since any message proves that the provider is alive. Must be
   * cheap.
   */
  heard(providerId: string): void;
  beat(providerId: string, beat: BeatMeta): void;
  /**
   * Called when the provider's current socket has closed. Not called for a socket that a newer socket had
   * replaced.
   */
  disconnected(providerId: string, code: ErrorCode): void;
}

/** Handles the sockets of other hubs. */
export interface HubSockets {
  /** Keepalive limits for the sockets of other hubs. */
  patience: Patience;
  /** Verifies another hub's token and returns that hub's name. Throws UNAUTHENTICATED. */
  admit(pass: string): Promise<string>;
  /**
   * Called when a hub's connection is ready. The returned function is called when the connection has closed.
   */
  accepted(leg: Leg): () => void;
  opened(leg: Leg, open: FrameOf<typeof FrameType.OPEN>): void;
}

/** `mail` is a connection to another hub that runs through the backplane (Redis) and has no socket. */
export type LegKind = SocketKind | 'mail';

/** Receives the metrics of a connection, for any transport. All functions must be cheap. */
export interface LegMeter {
  /** Counts one message that was sent or received on a connection. */
  message(kind: LegKind, direction: 'in' | 'out', bytes: number): void;
  /** Called when a PING was answered after `rtt` milliseconds. */
  measured(kind: LegKind, rtt: number): void;
  /** Called when a frame has arrived that belongs to no open channel. */
  stray(kind: LegKind): void;
}

export interface SocketMeter extends LegMeter {
  opened(kind: SocketKind): void;
  /**
   * Called when a socket has closed. `code` is the reason, or LEG_LOST if the connection broke without a
   * close code.
   */
  closed(kind: SocketKind, code: ErrorCode): void;
  /**
   * Registers a gauge of the bytes that the socket has not yet passed to the kernel. The returned function
   * removes the gauge.
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
  /** Handles the sockets of other hubs. Undefined if hubs do not connect to one another by sockets. */
  hubs?: HubSockets | undefined;
  /**
   * Returns the client's address, which is used to limit pending handshakes. Behind a trusted proxy, the
   * socket has the proxy's address, so the client's address comes from a header.
   */
  addressOf(request: IncomingMessage): string;
  /** The hub replaces multiplexed sockets at this age, ms. */
  rotateMs: number;
  /** Name and version of this hub. The hub sends them to each peer in the WELCOME frame. */
  hub: { hubId: string; version: string };
  /**
   * Returns the addresses of the hubs in all regions. WELCOME contains this list if it has several entries,
   * so that the peer can choose a nearer hub.
   */
  places?: () => readonly HubPlace[];
}
