/**
 * The backplane: what hubs share while they run. It says which hub each provider is connected to, and carries messages
 * between hubs. A hub that runs alone has it in its own process; several hubs use Redis. It may lose everything at any
 * moment, so lasting data is in the store, and each hub rewrites its own entries here.
 * Unless stated otherwise, a call rejects with BACKPLANE_DOWN within about a second while the backplane cannot be
 * reached.
 */
import type { RateLimiterAbstract } from 'rate-limiter-flexible';

/** The hub that has a provider's newest connection. */
export interface Route {
  /** The hub's name on the backplane (see HUB_NAME). */
  hub: string;
  /**
   * Connection number, raised by the agent with each connection. If two hubs claim a provider, the higher number wins.
   */
  connSeq: number;
}

export interface Routes {
  /**
   * Records that the provider is connected to this hub, unless a newer connection is known. The route expires after
   * ROUTE_MS, so it must be claimed again before that. Returns the route that holds now (another hub's, if that is
   * newer) and the one that held before.
   */
  claim(providerId: string, connSeq: number): Promise<{ now: Route; before: Route | undefined }>;
  /**
   * Removes the route of a connection that has ended. Does nothing if the route belongs to another connection by now.
   */
  release(providerId: string, connSeq: number): Promise<void>;
  find(providerId: string): Promise<Route | undefined>;
}

/** Small key-value pairs that all hubs see until they expire. */
export interface ExpiringValues {
  put(key: string, value: string, ms: number): Promise<void>;
  get(key: string): Promise<string | undefined>;
  /** Removes the value and returns it. If several hubs ask at once, only one gets it. */
  take(key: string): Promise<string | undefined>;
  drop(key: string): Promise<void>;
}

/** What agents report about themselves, and when any hub last heard from each. */
export interface Presence {
  /**
   * Records that the provider was last heard `silentMs` ago with the report `about` (JSON). Ignored if a later report
   * is known. Forgotten after PRESENCE_MS of silence.
   */
  heard(providerId: string, about: string, silentMs: number): Promise<void>;
  /**
   * Reports of those of the given providers that are known. silentMs: time since any hub last heard from it, by one
   * clock for all hubs.
   */
  look(providerIds: readonly string[]): Promise<Map<string, { about: string; silentMs: number }>>;
  /** Up to `count` providers heard within the last `withinMs`, chosen at random. */
  some(count: number, withinMs: number): Promise<string[]>;
}

/**
 * Named sets of ids, each with a due time, by one clock for all hubs. They are only indexes: the data behind them is
 * elsewhere, so they can be filled again after a loss.
 */
export interface Deadlines {
  /** Adds a deadline, or moves an existing one. */
  set(name: string, id: string, inMs: number): Promise<void>;
  drop(name: string, id: string): Promise<void>;
  /**
   * Ids whose time has come, earliest first. Each id is handed to one hub only. It is handed out again `againMs` later
   * unless it was dropped or moved, because that hub may have died.
   */
  due(name: string, limit: number, againMs: number): Promise<string[]>;
}

/**
 * Leases: rights that one hub holds at a time. A lease alone does not guarantee that: what must never happen twice is
 * guarded by a compare-and-set in the store.
 */
export interface Leases {
  /** Takes or renews the lease. True if this hub now holds it for `ms`. */
  hold(name: string, ms: number): Promise<boolean>;
  /** Gives the lease up. Does nothing if another hub holds it. */
  letGo(name: string): Promise<void>;
}

/** What hubs publish about themselves to one another. */
export interface HubCard {
  hub: string;
  /** ws(s):// URL by which other hubs reach this one; null if it has no address of its own. */
  peerUrl: string | null;
  /** URL by which browsers and agents reach this hub; null if it has only the address that all hubs share. */
  publicUrl: string | null;
  region: string | null;
}

export interface Hubs {
  /**
   * Announces this hub to the others (HubCard). The card expires after ROUTE_MS, so it must be announced again before
   * that.
   */
  announce(card: HubCard): Promise<void>;
  /** Removes the card of this hub, which is stopping. */
  leave(): Promise<void>;
  all(): Promise<HubCard[]>;
}

export interface BackplaneHandler {
  /** A message from another hub to this one. Delivered at most once, and in order per sender. */
  mail(message: Buffer): void;
  /** A broadcast from another hub to all others; JSON. */
  news(text: string): void;
  /**
   * Messages or broadcasts may have been lost, or shared data may be gone. The hub must publish and query everything
   * again.
   */
  interrupted(): void;
}

export interface Backplane {
  /** This hub's name: random, new with each start, matches HUB_NAME. */
  readonly hub: string;
  readonly routes: Routes;
  readonly presence: Presence;
  readonly values: ExpiringValues;
  readonly deadlines: Deadlines;
  readonly leases: Leases;
  readonly hubs: Hubs;
  /**
   * Starts to receive messages and broadcasts. Also resolves while the backplane cannot be reached; interrupted() is
   * called when it is back.
   */
  start(handler: BackplaneHandler): Promise<void>;
  /**
   * Sends a non-empty message to one hub. Resolves to false if that hub is known not to listen. The buffer may be
   * reused once this resolves; after a rejection it may still be in use, so it must never be reused.
   */
  send(hub: string, message: Uint8Array): Promise<boolean>;
  /** Sends a message to one hub, in order with send(). Cheaper, as it does not find out whether that hub listens. */
  post(hub: string, message: Uint8Array): Promise<void>;
  /** Broadcasts to all other hubs. */
  tell(text: string): Promise<void>;
  /**
   * A rate limiter that counts over all hubs, or over this hub alone while the backplane cannot be reached. Made once
   * per name.
   */
  limiter(name: string, points: number, seconds: number): RateLimiterAbstract;
  /**
   * Milliseconds since the backplane was last empty. If it is young, missing entries may just not be written again yet.
   */
  age(): Promise<number>;
  /** Throws BACKPLANE_DOWN if the backplane cannot be reached. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** A hub's name: 32 hex digits, which are as many bytes as an epoch has. */
export const HUB_NAME = /^[0-9a-f]{32}$/;
/** Routes and hub cards expire after this unless they are renewed. */
export const ROUTE_MS = 15_000;
/** Interval at which routes and cards are renewed. Two renewals may fail before one expires. */
export const RENEW_MS = 5_000;
/** A provider's report is forgotten this long after the provider was last heard. */
export const PRESENCE_MS = 60_000;
