/** What the sockets ask the rest of the hub: a few functions, so that a test can stand in for all of it. */
import type { IncomingMessage } from 'node:http';
import type { Clock, ErrorCode, FrameOf, FrameType, Leg, Patience } from '@unicore/protocol';
import type { AgentHello, BeatMeta } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import type { Place } from '../hubs/index.ts';
import type { Identity, Relay } from '../relay/index.ts';

/** A socket by who is at its other end. */
export type SocketKind = 'provider' | 'consumer' | 'terminal' | 'hub';

/** What a redeemed ticket stands for. */
export interface Ticket {
  identity: Identity;
  readOnly: boolean;
}

export interface SocketAuth {
  /** Exact match with the list of origins whose pages may connect. */
  allowedOrigin(origin: string, host: string | undefined): boolean;
  /** Who the session cookie of this request belongs to; undefined: none, or no longer valid. */
  session(request: IncomingMessage): Promise<Identity | undefined>;
  /** Who a bearer token belongs to; undefined: unknown or revoked. */
  bearer(token: string): Promise<Identity | undefined>;
  /** The provider behind an agent's JWT. Throws UNAUTHENTICATED, or REVOKED for one that may not return. */
  provider(token: string): Promise<string>;
  /** Uses the ticket of a consumer's socket up. Undefined: unknown, used, expired, or for something else. */
  consumerTicket(ticket: string): Promise<Identity | undefined>;
  /** Uses the ticket up. Undefined: unknown, used, expired, or for another VM or terminal. */
  redeemTicket(ticket: string, asked: { vmId: string; terminalId: string }): Promise<Ticket | undefined>;
}

/** A provider's socket that passed the handshake and is its provider's route now. */
export interface ProviderConnection {
  providerId: string;
  hello: AgentHello;
  leg: Leg;
}

/** Told what happens at providers' sockets. */
export interface ProviderEvents {
  /** Right after WELCOME; the control channel may be opened. */
  connected(connection: ProviderConnection): void;
  /** Any message proves life; called for each, so it must be cheap. */
  heard(providerId: string): void;
  beat(providerId: string, beat: BeatMeta): void;
  /** The route is gone; not called for a socket that a newer one replaced. */
  disconnected(providerId: string, code: ErrorCode): void;
}

/** Told of the sockets of other hubs. */
export interface HubSockets {
  /** How long another hub may be silent. */
  patience: Patience;
  /** The name of the hub that holds this pass. Throws UNAUTHENTICATED. */
  admit(pass: string): Promise<string>;
  /** Its leg is up; the result is called when it closed. */
  accepted(leg: Leg): () => void;
  opened(leg: Leg, open: FrameOf<typeof FrameType.OPEN>): void;
}

/** mail: another hub by way of the backplane, without a socket. */
export type LegKind = SocketKind | 'mail';

/** What passes on a leg, whatever carries it. All of it must be cheap. */
export interface LegMeter {
  /** One message. */
  message(kind: LegKind, direction: 'in' | 'out', bytes: number): void;
  /** A PING was answered after so many ms. */
  measured(kind: LegKind, rtt: number): void;
  /** A frame came that belongs to no channel. */
  stray(kind: LegKind): void;
}

export interface SocketMeter extends LegMeter {
  opened(kind: SocketKind): void;
  /** code: why; LEG_LOST where the line broke without a word. */
  closed(kind: SocketKind, code: ErrorCode): void;
  /** Asked when somebody reads: the bytes that this socket was given and the kernel has not taken. The result ends it. */
  buffers(kind: SocketKind, bytes: () => number): () => void;
}

export interface SocketDeps {
  clock: Clock;
  log: Logger;
  meter: SocketMeter;
  auth: SocketAuth;
  providers: ProviderEvents;
  relay: Relay;
  /** Absent where hubs have no sockets to one another. */
  hubs?: HubSockets | undefined;
  /** Whose pending handshakes are counted together; behind a proxy of ours not the socket's own address. */
  addressOf(request: IncomingMessage): string;
  /** Multiplexed sockets of about this age are replaced by new ones, ms. */
  rotateMs: number;
  /** Told to peers in WELCOME. */
  hub: { hubId: string; version: string };
  /** The same, where there are several: whoever comes may find another one nearer. */
  places?: () => readonly Place[];
}
