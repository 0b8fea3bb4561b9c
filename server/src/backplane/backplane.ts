/**
 * What hubs share while they run: who is connected where, and what one says to another. In process for a hub that is
 * alone, Redis for many. All of it may be lost at any moment: what must last is in the store, and whoever put something
 * here puts it here again. Every call but those that say so rejects with BACKPLANE_DOWN, soon, while the others cannot be
 * reached.
 */
import type { RateLimiterAbstract } from 'rate-limiter-flexible';

/** Which hub a provider's newest connection is at. */
export interface Route {
  /** The hub's name on the backplane. */
  hub: string;
  /** Raised by the agent with each connection: of two hubs that claim a provider, the one with the higher number has it. */
  connSeq: number;
}

export interface Routes {
  /**
   * Says that this provider is connected here, if no newer connection is known. It holds for ROUTE_MS: say it again
   * before. Returns what holds now, which is another hub's route where that is newer, and what held before.
   */
  claim(providerId: string, connSeq: number): Promise<{ now: Route; before: Route | undefined }>;
  /** This connection is over. Does nothing where the route is another one by now. */
  release(providerId: string, connSeq: number): Promise<void>;
  find(providerId: string): Promise<Route | undefined>;
}

/** Small values that all hubs see until they expire. */
export interface ExpiringValues {
  put(key: string, value: string, ms: number): Promise<void>;
  get(key: string): Promise<string | undefined>;
  /** Removes it and returns it: of all who ask at once, one gets it. */
  take(key: string): Promise<string | undefined>;
  drop(key: string): Promise<void>;
}

/** What the agents say of themselves, and when each was last heard by any hub. */
export interface Presence {
  /**
   * The provider was heard so many ms ago, and is as `about` says (JSON), unless it was heard later. Forgotten PRESENCE_MS
   * after that.
   */
  heard(providerId: string, about: string, silentMs: number): Promise<void>;
  /** Those of these that are known. silentMs: since any hub last heard it, by one clock for all. */
  look(providerIds: readonly string[]): Promise<Map<string, { about: string; silentMs: number }>>;
  /** So many of those that were heard within the last `withinMs`, at random. */
  some(count: number, withinMs: number): Promise<string[]>;
}

/** Sets of ids whose time will come, by one clock for all hubs. They are indexes: whoever fills one can fill it again. */
export interface Deadlines {
  /** Also moves one that is there already. */
  set(name: string, id: string, inMs: number): Promise<void>;
  drop(name: string, id: string): Promise<void>;
  /**
   * Those whose time has come, the earliest first. Each is given to one hub, and again to some hub `againMs` later unless
   * it was dropped or moved: whoever took it may have died.
   */
  due(name: string, limit: number, againMs: number): Promise<string[]>;
}

/** Rights that one hub has at a time. No fence: what must never happen twice is a compare-and-set in the store. */
export interface Leases {
  /** True if this hub has it for so many ms from now, also where it had it before. */
  hold(name: string, ms: number): Promise<boolean>;
  /** Does nothing where another hub has it. */
  letGo(name: string): Promise<void>;
}

/** What hubs know of one another. */
export interface HubCard {
  hub: string;
  /** ws(s)://… by which other hubs reach it; null where it can't be addressed. */
  peerUrl: string | null;
  /** Where people and agents reach it; null: only by the address that all hubs have. */
  publicUrl: string | null;
  region: string | null;
}

export interface Hubs {
  /** Holds for ROUTE_MS: say it again before. */
  announce(card: HubCard): Promise<void>;
  /** This hub stops. */
  leave(): Promise<void>;
  all(): Promise<HubCard[]>;
}

export interface BackplaneHandler {
  /** Something that another hub sent to this one. Each comes once or not at all, and in order from each sender. */
  mail(message: Buffer): void;
  /** Something that another hub told all of them; JSON. */
  news(text: string): void;
  /** For a while news and mail may have been lost, or what was put here may be gone: say and ask everything again. */
  interrupted(): void;
}

export interface Backplane {
  /** Names this hub among all: random, new with each start, HUB_NAME. */
  readonly hub: string;
  readonly routes: Routes;
  readonly presence: Presence;
  readonly values: ExpiringValues;
  readonly deadlines: Deadlines;
  readonly leases: Leases;
  readonly hubs: Hubs;
  /** Takes mail and news from now on. Resolves also while the others cannot be reached; interrupted() tells when they can. */
  start(handler: BackplaneHandler): Promise<void>;
  /**
   * To one hub; not empty. False: it does not listen (where that can be known). The bytes may be used again when it
   * resolves; when it rejects, they may yet be on their way, and never.
   */
  send(hub: string, message: Uint8Array): Promise<boolean>;
  /** The same, and cheaper, where it need not be known whether it listens; in order with what is sent. */
  post(hub: string, message: Uint8Array): Promise<void>;
  /** To all other hubs. */
  tell(text: string): Promise<void>;
  /** Counts over all hubs; where they cannot be reached, over this one. Made once for each name. */
  limiter(name: string, points: number, seconds: number): RateLimiterAbstract;
  /** Milliseconds since it began empty. What is missing in a young one was perhaps not said yet. */
  age(): Promise<number>;
  /** Throws BACKPLANE_DOWN where the others cannot be reached. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** A hub's name: 32 hex digits, as many bytes as an epoch has. */
export const HUB_NAME = /^[0-9a-f]{32}$/;
/** A route or a card that nobody renews is gone after this. */
export const ROUTE_MS = 15_000;
/** How often each is renewed: two may be missed. */
export const RENEW_MS = 5_000;
/** What a provider said of itself is forgotten this long after it was last heard. */
export const PRESENCE_MS = 60_000;
