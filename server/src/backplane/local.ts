/** The in-process backplane. A hub that runs alone uses it, and so do several hubs of one test. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '@unicore/protocol';
import { type RateLimiterAbstract, RateLimiterMemory } from 'rate-limiter-flexible';
import {
  type Backplane,
  type BackplaneHandler,
  type ExpiringValues,
  type HubCard,
  PRESENCE_MS,
  ROUTE_MS,
  type Route,
} from './backplane.ts';

/** A map in which each value expires after a given time. */
class Expiring<T> {
  readonly #clock: Clock;
  readonly #values = new Map<string, { value: T; expiresAt: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  set(key: string, value: T, ms: number): void {
    // A key that is set again moves to the end, so that the map stays ordered from the oldest to the newest
    // entry.
    this.#values.delete(key);
    this.#values.set(key, { value, expiresAt: this.#clock.now() + ms });
    for (const [old, { expiresAt }] of this.#values) {
      if (expiresAt > this.#clock.now()) break;
      this.#values.delete(old);
    }
  }

  get(key: string): T | undefined {
    const found = this.#values.get(key);
    return found && found.expiresAt > this.#clock.now() ? found.value : undefined;
  }

  delete(key: string): void {
    this.#values.delete(key);
  }

  all(): [string, T][] {
    const now = this.#clock.now();
    return [...this.#values].flatMap(([key, { value, expiresAt }]) =>
      expiresAt > now ? [[key, value]] : [],
    );
  }
}

/** The backplane data that all hubs in this process share. */
export class LocalWorld {
  readonly #clock: Clock;
  readonly #since: number;
  readonly #routes: Expiring<Route>;
  readonly #presence: Expiring<{ about: string; heardAt: number }>;
  readonly #values: Expiring<string>;
  readonly #outside: Expiring<string>;
  readonly #leases: Expiring<string>;
  readonly #cards: Expiring<HubCard>;
  readonly #deadlines = new Map<string, Map<string, number>>();
  readonly #limiters = new Map<string, RateLimiterAbstract>();
  readonly #handlers = new Map<string, BackplaneHandler>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#since = clock.now();
    this.#routes = new Expiring(clock);
    this.#presence = new Expiring(clock);
    this.#values = new Expiring(clock);
    this.#outside = new Expiring(clock);
    this.#leases = new Expiring(clock);
    this.#cards = new Expiring(clock);
  }

  /** Adds a hub and returns the backplane for this hub. */
  join(hub = randomBytes(16).toString('hex')): Backplane {
    const clock = this.#clock;
    const send = async (to: string, message: Uint8Array) => {
      const copy = Buffer.from(message);
      queueMicrotask(() => this.#handlers.get(to)?.mail(copy));
      return this.#handlers.has(to);
    };
    const deadlinesOf = (name: string) => {
      const set = this.#deadlines.get(name) ?? new Map<string, number>();
      this.#deadlines.set(name, set);
      return set;
    };
    return {
      hub,
      routes: {
        claim: async (providerId, connSeq) => {
          const before = this.#routes.get(providerId);
          const newer = before === undefined || before.connSeq < connSeq;
          const mine = before?.connSeq === connSeq && before.hub === hub;
          const now = newer || mine ? { hub, connSeq } : before;
          if (newer || mine) this.#routes.set(providerId, now, ROUTE_MS);
          return { now, before };
        },
        release: async (providerId, connSeq) => {
          const route = this.#routes.get(providerId);
          if (route?.hub === hub && route.connSeq === connSeq) this.#routes.delete(providerId);
        },
        find: async (providerId) => this.#routes.get(providerId),
      },
      presence: {
        heard: async (providerId, about, silentMs) => {
          const heardAt = clock.now() - silentMs;
          if ((this.#presence.get(providerId)?.heardAt ?? heardAt) > heardAt) return;
          this.#presence.set(providerId, { about, heardAt }, PRESENCE_MS - silentMs);
        },
        look: async (providerIds) =>
          new Map(
            providerIds.flatMap((id) => {
              const found = this.#presence.get(id);
              return found ? [[id, { about: found.about, silentMs: clock.now() - found.heardAt }]] : [];
            }),
          ),
        some: async (count, withinMs) => {
          const oldest = clock.now() - withinMs;
          const heard = this.#presence.all().flatMap(([id, { heardAt }]) => (heardAt >= oldest ? [id] : []));
          return sample(heard, count);
        },
      },
      values: valuesIn(this.#values),
      outside: valuesIn(this.#outside),
      deadlines: {
        set: async (name, id, inMs) => void deadlinesOf(name).set(id, clock.now() + inMs),
        drop: async (name, id) => void deadlinesOf(name).delete(id),
        due: async (name, limit, againMs) => {
          const set = deadlinesOf(name);
          const due = [...set]
            .filter(([, at]) => at <= clock.now())
            .sort(([, a], [, b]) => a - b)
            .slice(0, limit)
            .map(([id]) => id);
          for (const id of due) set.set(id, clock.now() + againMs);
          return due;
        },
      },
      leases: {
        hold: async (name, ms) => {
          const holder = this.#leases.get(name) ?? hub;
          if (holder === hub) this.#leases.set(name, hub, ms);
          return holder === hub;
        },
        letGo: async (name) => {
          if (this.#leases.get(name) === hub) this.#leases.delete(name);
        },
      },
      hubs: {
        announce: async (card) => this.#cards.set(hub, card, ROUTE_MS),
        leave: async () => this.#cards.delete(hub),
        all: async () => this.#cards.all().map(([, card]) => card),
      },
      start: async (handler) => void this.#handlers.set(hub, handler),
      send,
      async post(to, message) {
        await send(to, message);
      },
      tell: async (text) => {
        for (const [name, handler] of this.#handlers)
          if (name !== hub) queueMicrotask(() => handler.news(text));
      },
      limiter: (name, points, seconds) => {
        const limiter = this.#limiters.get(name) ?? new RateLimiterMemory({ points, duration: seconds });
        this.#limiters.set(name, limiter);
        return limiter;
      },
      age: async () => clock.now() - this.#since,
      ping: async () => {},
      close: async () => void this.#handlers.delete(hub),
    };
  }
}

function valuesIn(values: Expiring<string>): ExpiringValues {
  return {
    put: async (key, value, ms) => values.set(key, value, ms),
    get: async (key) => values.get(key),
    take: async (key) => {
      const value = values.get(key);
      values.delete(key);
      return value;
    },
    drop: async (key) => values.delete(key),
  };
}

/** Returns up to `count` different items, chosen at random. */
function sample<T>(items: T[], count: number): T[] {
  for (let i = 0; i < Math.min(count, items.length); i++) {
    const j = i + Math.floor(Math.random() * (items.length - i));
    [items[i], items[j]] = [items[j]!, items[i]!];
  }
  return items.slice(0, count);
}
