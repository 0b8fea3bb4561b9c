/**
 * The backplane shares state between hubs while they run. It records which hub each provider is connected to,
 * and carries messages between hubs. A hub that runs alone has a backplane in its own process. Several hubs
 * use Redis. The backplane may lose all its data at any moment. Lasting data is therefore in the store, and
 * each hub writes its own backplane entries again after a loss. While the backplane cannot be reached, a call
 * rejects with BACKPLANE_DOWN within about 1 s, unless its comment says otherwise.
 */
import type { RateLimiterAbstract } from 'rate-limiter-flexible';

/** The hub that has the newest connection of a provider. */
export interface Route {
  /** The hub's name on the backplane. HUB_NAME defines the format. */
  hub: string;
  /**
   * Number of the provider's connection. The agent raises the number with each new connection. If two hubs
   * have recorded a connection of the provider, the higher number wins.
   */
  connSeq: number;
}

export interface Routes {
  /**
   * Records that the provider is connected to this hub (its route). Does nothing if a newer connection is
   * already recorded. The route expires after ROUTE_MS, so the hub must repeat the call before that. Returns
   * the route before this call (`before`) and after this call (`now`). If `now` names another hub, that hub
   * has a newer connection of the provider.
   */
  claim(providerId: string, connSeq: number): Promise<{ now: Route; before: Route | undefined }>;
  /**
   * Removes the record (route) of a connection that has ended. Does nothing if the route already belongs to
   * another connection.
   */
  release(providerId: string, connSeq: number): Promise<void>;
  find(providerId: string): Promise<Route | undefined>;
}

/** Small key-value pairs that all hubs share. Each pair expires after a given time. */
export interface ExpiringValues {
  put(key: string, value: string, ms: number): Promise<void>;
  get(key: string): Promise<string | undefined>;
  /**
   * Removes the value and returns it. If several hubs do so at the same time, only one hub gets the value.
   */
  take(key: string): Promise<string | undefined>;
  drop(key: string): Promise<void>;
}

/** The latest report of each provider's agent, and the time since any hub last heard from the agent. */
export interface Presence {
  /**
   * Stores the report `about` (JSON) of a provider that was last heard `silentMs` ago. The call is ignored if
   * a later report is already stored. The report is deleted when the provider has been silent for
   * PRESENCE_MS.
   */
  heard(providerId: string, about: string, silentMs: number): Promise<void>;
  /**
   * Returns the stored reports of the given providers. A provider without a report is left out. silentMs:
   * time since any hub last heard from the provider, measured with one clock for all hubs.
   */
  look(providerIds: readonly string[]): Promise<Map<string, { about: string; silentMs: number }>>;
  /** Returns up to `count` random providers that a hub heard within the last `withinMs`. */
  some(count: number, withinMs: number): Promise<string[]>;
}

/**
 * Named sets of deadlines. Each deadline belongs to an id, for example the id of a provider that will count
 * as silent. All deadlines are measured with one clock for all hubs. The sets are only indexes of data that
 * is stored elsewhere, so they can be filled again after a loss.
 */
export interface Deadlines {
  /**
   * Adds an id with its deadline to the set `name`. Changes the deadline if the set already contains the id.
   */
  set(name: string, id: string, inMs: number): Promise<void>;
  drop(name: string, id: string): Promise<void>;
  /**
   * Returns the ids whose deadline has passed, earliest deadline first. Each id is given to one hub only.
   * Because that hub may crash, the id is returned again after `againMs`, unless a hub removes the id or
   * changes its deadline before.
   */
  due(name: string, limit: number, againMs: number): Promise<string[]>;
}

/**
 * Leases. A lease gives one hub at a time the right to do some work. A lease alone is not a strict guarantee:
 * work that must never happen twice also needs a compare-and-set in the store.
 */
export interface Leases {
  /** Takes or renews the lease. Resolves to true if this hub now holds the lease for `ms` milliseconds. */
  hold(name: string, ms: number): Promise<boolean>;
  /** Releases the lease. Does nothing if another hub holds the lease. */
  letGo(name: string): Promise<void>;
}

/** The data that a hub announces about itself to other hubs. */
export interface HubCard {
  hub: string;
  /**
   * WebSocket URL (ws:// or wss://) by which other hubs reach this hub. Null if this hub has no address of
   * its own.
   */
  peerUrl: string | null;
  /**
   * URL by which browsers and agents reach this hub. Null if this hub only has the address that all hubs
   * share.
   */
  publicUrl: string | null;
  region: string | null;
}

export interface Hubs {
  /**
   * Announces data about this hub (its card) to the other hubs. The card expires after ROUTE_MS, so the hub
   * must announce it again before that.
   */
  announce(card: HubCard): Promise<void>;
  /** Removes the data that this hub announced about itself. Called when this hub stops. */
  leave(): Promise<void>;
  all(): Promise<HubCard[]>;
}

export interface BackplaneHandler {
  /**
   * Called with a message that another hub sent to this hub. Each message is delivered at most once. Messages
   * of one sender arrive in order.
   */
  mail(message: Buffer): void;
  /** Called with a broadcast (JSON) that another hub sent to all other hubs. */
  news(text: string): void;
  /**
   * Called when messages or broadcasts may have been lost, or when shared data may have been lost. This hub
   * must then publish all its data and query all shared data again.
   */
  interrupted(): void;
}

export interface Backplane {
  /** The name of this hub. It is random, changes with each start, and matches HUB_NAME. */
  readonly hub: string;
  readonly routes: Routes;
  readonly presence: Presence;
  readonly values: ExpiringValues;
  /** Values for programs outside of UniCore. On Redis, the keys are used literally. */
  readonly outside: ExpiringValues;
  readonly deadlines: Deadlines;
  readonly leases: Leases;
  readonly hubs: Hubs;
  /**
   * Starts to receive messages and broadcasts. Also resolves if the backplane cannot be reached. In that case
   * interrupted() is called when the backplane can be reached again.
   */
  start(handler: BackplaneHandler): Promise<void>;
  /**
   * Sends a message, which must not be empty, to one hub. Resolves to false if that hub is known not to
   * listen. The caller may reuse the buffer when this promise has resolved. After a rejection the buffer may
   * still be in use, so the caller must never reuse it.
   */
  send(hub: string, message: Uint8Array): Promise<boolean>;
  /**
   * Sends a message to one hub, in order with messages of send(). Costs less than send(), because it does not
   * find out whether that hub listens.
   */
  post(hub: string, message: Uint8Array): Promise<void>;
  /** Broadcasts a text to all other hubs. */
  tell(text: string): Promise<void>;
  /**
   * Returns the rate limiter with this name. The limiter counts over all hubs. While the backplane cannot be
   * reached, it counts over this hub alone.
   */
  limiter(name: string, points: number, seconds: number): RateLimiterAbstract;
  /**
   * Returns how long ago the backplane was last empty, ms. If the time is short, the hubs may not have
   * written all their entries again yet.
   */
  age(): Promise<number>;
  /** Resolves if the backplane can be reached. Otherwise rejects with BACKPLANE_DOWN. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Format of a hub's name: 32 hexadecimal digits, which encode 16 bytes. */
export const HUB_NAME = /^[0-9a-f]{32}$/;
/**
 * The records of provider connections (routes) and of hubs (cards) expire after this time unless they are
 * renewed, ms.
 */
export const ROUTE_MS = 15_000;
/**
 * Interval at which hubs renew their records on the backplane, ms. Two renewals may fail before a record
 * expires.
 */
export const RENEW_MS = 5_000;
/** A provider's report is deleted this long after a hub last heard the provider, ms. */
export const PRESENCE_MS = 60_000;
