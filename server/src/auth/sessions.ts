/**
 * Caches on the backplane which user a secret belongs to, so that only few requests read the store. Also
 * remembers which sessions ended recently, so that no hub accepts an ended session from the cache.
 */
import type { Clock } from '@unicore/protocol';
import { z } from 'zod';
import type { Backplane } from '../backplane/index.ts';
import type { HubEvents } from '../events/index.ts';
import { UserRow } from '../store/index.ts';
import type { Caller, LocalAuth } from './local-auth.ts';
import { isDown } from './one-time-values.ts';
import { hashOf } from './secret.ts';

/**
 * Lifetime of a cached user, ms. If the news of a logout cannot reach another hub, the logout takes effect at
 * that hub after this time.
 */
const REMEMBERED_MS = 60_000;

const Remembered = z.object({ user: UserRow, sessionId: z.string() });
type Kind = 'session' | 'bearer';

export class Sessions {
  readonly #auth: LocalAuth;
  readonly #backplane: Backplane;
  readonly #clock: Clock;
  readonly #events: HubEvents;
  /** The sessions that ended within the last REMEMBERED_MS, as far as this hub knows. The oldest is first. */
  readonly #ended = new Map<string, number>();

  constructor(auth: LocalAuth, backplane: Backplane, events: HubEvents, clock: Clock) {
    this.#auth = auth;
    this.#backplane = backplane;
    this.#clock = clock;
    this.#events = events;
    events.on('sessionEnded', (sessionId) => this.#noteEnd(sessionId));
  }

  /**
   * Returns the user and session id for this secret. Returns undefined if the secret is unknown or expired,
   * or if a logout has ended it.
   */
  async caller(kind: Kind, secret: string): Promise<Caller | undefined> {
    const key = keyOf(kind, secret);
    const text = await this.#try(() => this.#backplane.values.get(key));
    if (text !== undefined) {
      // A hub of another version may have cached the user in another format. Such a cache entry is ignored.
      const { data } = Remembered.safeParse(JSON.parse(text));
      if (data && !this.#ended.has(data.sessionId)) return data;
    }
    const caller = await this.#auth.caller(kind, secret);
    // A logout may have ended the session while this hub read the store, so the hub checks again whether the
    // session has ended.
    if (!caller || this.#ended.has(caller.sessionId)) return undefined;
    await this.#try(() => this.#backplane.values.put(key, JSON.stringify(caller), REMEMBERED_MS));
    if (this.#ended.has(caller.sessionId)) await this.#try(() => this.#backplane.values.drop(key));
    return caller;
  }

  /**
   * Ends the session or bearer token that belongs to this secret, at all hubs. Returns its id, or undefined
   * if the secret is not valid.
   */
  async logout(kind: Kind, secret: string): Promise<string | undefined> {
    const ended = await this.#auth.logout(kind, secret);
    if (ended === undefined) return undefined;
    await this.end(ended, keyOf(kind, secret));
    return ended;
  }

  /** Ends the connections of this session at all hubs, and makes its tickets invalid. cached: its key in the cache. */
  async end(sessionId: string, cached?: string): Promise<void> {
    this.#events.tell('sessionEnded', sessionId);
    if (cached !== undefined) await this.#try(() => this.#backplane.values.drop(cached));
    await this.#try(() => this.#backplane.values.put(endedKey(sessionId), '', REMEMBERED_MS));
  }

  /** Returns whether this session was ended within the last minute. */
  async ended(sessionId: string): Promise<boolean> {
    if (this.#ended.has(sessionId)) return true;
    return (await this.#try(() => this.#backplane.values.get(endedKey(sessionId)))) !== undefined;
  }

  #noteEnd(sessionId: string): void {
    const now = this.#clock.now();
    for (const [old, at] of this.#ended) {
      if (at > now - REMEMBERED_MS) break;
      this.#ended.delete(old);
    }
    this.#ended.set(sessionId, now);
  }

  /** Makes a call to the backplane. Returns undefined if the backplane cannot be reached. */
  async #try<T>(question: () => Promise<T>): Promise<T | undefined> {
    try {
      return await question();
    } catch (error) {
      if (isDown(error)) return undefined;
      throw error;
    }
  }
}

function keyOf(kind: Kind, secret: string): string {
  return `caller:${kind}:${hashOf(secret)}`;
}

function endedKey(sessionId: string): string {
  return `ended:${sessionId}`;
}
