/**
 * Who a secret belongs to, remembered by all hubs for a short while, so that not every request reads the store; and which
 * sessions were ended a moment ago, which no hub may take for alive.
 */
import type { Clock } from '@unicore/protocol';
import { z } from 'zod';
import type { Backplane } from '../backplane/index.ts';
import type { HubEvents } from '../events/index.ts';
import { UserRow } from '../store/index.ts';
import type { Caller, LocalAuth } from './local-auth.ts';
import { isDown } from './one-time-values.ts';
import { hashOf } from './secret.ts';

/** A logout that no other hub could be told of takes effect after this at the latest. */
const REMEMBERED_MS = 60_000;

const Remembered = z.object({ user: UserRow, sessionId: z.string() });
type Kind = 'session' | 'bearer';

export class Sessions {
  readonly #auth: LocalAuth;
  readonly #backplane: Backplane;
  readonly #clock: Clock;
  readonly #events: HubEvents;
  /** Ended within REMEMBERED_MS, as far as this hub was told; oldest first. */
  readonly #ended = new Map<string, number>();

  constructor(auth: LocalAuth, backplane: Backplane, events: HubEvents, clock: Clock) {
    this.#auth = auth;
    this.#backplane = backplane;
    this.#clock = clock;
    this.#events = events;
    events.on('sessionEnded', (sessionId) => this.#noteEnd(sessionId));
  }

  /** Who holds this secret; undefined if nobody does any more. */
  async caller(kind: Kind, secret: string): Promise<Caller | undefined> {
    const key = keyOf(kind, secret);
    const text = await this.#try(() => this.#backplane.values.get(key));
    if (text !== undefined) {
      // A hub of another version may have written something else.
      const { data } = Remembered.safeParse(JSON.parse(text));
      if (data && !this.#ended.has(data.sessionId)) return data;
    }
    const caller = await this.#auth.caller(kind, secret);
    // It may have been ended while the store was read.
    if (!caller || this.#ended.has(caller.sessionId)) return undefined;
    await this.#try(() => this.#backplane.values.put(key, JSON.stringify(caller), REMEMBERED_MS));
    if (this.#ended.has(caller.sessionId)) await this.#try(() => this.#backplane.values.drop(key));
    return caller;
  }

  /** Ends the session or bearer token behind a secret, at all hubs; returns its id if there was one. */
  async logout(kind: Kind, secret: string): Promise<string | undefined> {
    const ended = await this.#auth.logout(kind, secret);
    if (ended === undefined) return undefined;
    this.#events.tell('sessionEnded', ended);
    await this.#try(() => this.#backplane.values.drop(keyOf(kind, secret)));
    await this.#try(() => this.#backplane.values.put(endedKey(ended), '', REMEMBERED_MS));
    return ended;
  }

  /** Whether this session was ended within the last minute. */
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

  /** Undefined where the other hubs cannot be reached: the store knows it all. */
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
