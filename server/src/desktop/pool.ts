/**
 * The pool: desktops on Cloud Run that are started in advance and wait for a user (members). A member is an
 * ordinary desktop whose owner is not a real user. Three writes give it to a user. First the member is claimed for
 * the user. Then the user's row gets the member's session. Then the owner's row starts the next member. A claim is
 * never undone, so a session belongs to one user at most. If a hub dies between the writes, the periodic work
 * completes them.
 */
import type { Logger } from 'pino';
import { isPoolOwner, poolOwner } from '../cloud-run/index.ts';
import type { HubEvents } from '../events/index.ts';
import type { DesktopRow, Store } from '../store/index.ts';
import type { CloudPlaces } from './cloud-places.ts';
import { isOver } from './lifecycle.ts';
import { POOL_LIFE_MS } from './limits.ts';
import { newRow } from './new-row.ts';
import type { DesktopPlacer } from './placer.ts';
import type { DesktopWriter } from './writer.ts';

/** A member of this age is replaced, ms. */
const RETIRE_MS = 45 * 60_000;
/** Age at which a member is not given to a user any more, ms. It might end before it learns the limits of its user. */
const OLDEST_MS = 55 * 60_000;
/** The user to whom the store assigns the keys of the pool's members. Nobody can sign in as this user. */
export const POOL_USER = 'pool';

export interface DesktopPoolDeps {
  store: Store;
  events: HubEvents;
  writer: DesktopWriter;
  placer: DesktopPlacer;
  places: CloudPlaces;
  image: string;
  log: Logger;
  /** Returns the wall clock, ms since 1970. */
  now: () => number;
}

export class DesktopPool {
  readonly #deps: DesktopPoolDeps;
  /** Sessions that were claimed, but were not in their user's row at the last check. */
  #doubtful = new Set<string>();

  constructor(deps: DesktopPoolDeps) {
    this.#deps = deps;
  }

  /**
   * Claims a desktop for this user. Repeated calls for one user return the same desktop. Returns undefined if there
   * is none.
   */
  async take(userId: string, scale: DesktopRow['scale']): Promise<DesktopRow | undefined> {
    const { store, writer, now } = this.#deps;
    if (this.#deps.places.pool === 0) return undefined;
    for (;;) {
      const members = (await store.desktops()).filter((row) => isPoolOwner(row.userId));
      const mine = members.find(({ opId, phase }) => opId === userId && phase === 'running');
      if (mine) return mine.scale === scale ? mine : undefined;
      const free = members.find(
        (row) => this.#isGood(row, OLDEST_MS, now()) && row.opId === null && row.scale === scale,
      );
      if (!free) return undefined;
      const claimed = await writer.claim(free, userId);
      if (claimed) return claimed;
    }
  }

  /** Called when the user's row has the session of this member. Starts the next member. */
  async handedOver(member: DesktopRow, user: DesktopRow): Promise<void> {
    const { log, store, events, now } = this.#deps;
    const { sessionId, cost } = member;
    await this.#start(member.userId, member);
    const { userId, pooledMs } = user;
    log.info({ desktop: sessionId, user: userId, pooledMs }, 'a desktop of the pool has a user');
    const detail = `waited ${pooledMs} ms, ${cost.toFixed(4)} $`;
    await store.audit({ at: now(), event: 'desktop.pooled', userId, subject: sessionId, detail });
    // A hub that died after it wrote the user's row may not have told its provider of the new limits.
    events.tell('desktop', user);
  }

  /**
   * Fills the pool, replaces old members, and completes what a hub that died has begun. rows: all desktops that are
   * not over.
   */
  async look(rows: readonly DesktopRow[]): Promise<void> {
    const { places } = this.#deps;
    const members = rows.filter((row) => isPoolOwner(row.userId));
    const doubtful = new Set<string>();
    for (const member of members) if (member.opId !== null) await this.#settle(member, doubtful);
    this.#doubtful = doubtful;
    const owners = new Set(Array.from({ length: places.pool }, (_, slot) => poolOwner(slot)));
    const isCrowded = rows.some((row) => row.phase === 'waiting' && !isPoolOwner(row.userId));
    await this.#retire(members, owners, isCrowded);
    if (isCrowded) return;
    const filled = new Set(members.map(({ userId }) => userId));
    for (const owner of owners) {
      if (!filled.has(owner) && (await places.choose(owner)) !== undefined)
        await this.#start(owner, undefined);
    }
  }

  /** Ends surplus members at once and old members one at a time. If a user waits for room, ends one more. */
  async #retire(members: DesktopRow[], owners: ReadonlySet<string>, isCrowded: boolean): Promise<void> {
    const { now } = this.#deps;
    const free = members.filter(({ opId }) => opId === null);
    const surplus = free.filter(({ userId, phase }) => !owners.has(userId) && phase !== 'ending');
    for (const member of surplus) await this.#end(member, 'The pool has become smaller.');
    const kept = free.filter(({ userId }) => owners.has(userId));
    if (isCrowded) {
      const last = kept.findLast(({ phase }) => phase !== 'ending');
      if (last) await this.#end(last, 'A user needs its place.');
      return;
    }
    if (!kept.every(({ phase }) => phase === 'running')) return;
    const old = kept.find((member) => !this.#isGood(member, RETIRE_MS, now()));
    if (old) await this.#end(old, 'It waited long, and a new one takes its place.');
  }

  async #settle(member: DesktopRow, doubtful: Set<string>): Promise<void> {
    const { store } = this.#deps;
    const { opId, sessionId, phase } = member;
    const user = opId === null ? undefined : await store.desktop(opId);
    if (user?.sessionId === sessionId) return this.handedOver(member, user);
    // The user's row is written right after the claim. If it lacks the session at two checks, that write has
    // failed.
    if (!this.#doubtful.has(sessionId)) doubtful.add(sessionId);
    else if (phase !== 'ending') await this.#end(member, 'Its user has got another desktop.');
  }

  /** Does nothing if the member has got a user, or has changed in another way, since it was read. */
  async #end(member: DesktopRow, reason: string): Promise<void> {
    await this.#deps.writer.applyTo(member, 'end', { code: null, reason });
  }

  /**
   * Starts a member. `before` is the row of the member that was given to a user. Without it, the owner's last
   * desktop must be over.
   */
  async #start(userId: string, before: DesktopRow | undefined): Promise<void> {
    const { store, writer, placer, image, now } = this.#deps;
    await this.#requireUser();
    const last = before ?? (await store.desktop(userId));
    if (last && last !== before && !isOver(last.phase)) return;
    const wish = { userId, opId: null, launcher: 'cloud-run', image, scale: 1, budget: null } as const;
    const createdAt = await this.#newTime(now());
    const row = await writer.reserve(newRow({ ...wish, createdAt, lifeMs: POOL_LIFE_MS }), last);
    if (row) await placer.place(row);
  }

  /** Returns a time that no other member has as `createdAt`, because the names of jobs are made from it. */
  async #newTime(now: number): Promise<number> {
    const rows = await this.#deps.store.desktops();
    return Math.max(now, ...rows.filter((row) => isPoolOwner(row.userId)).map((row) => row.createdAt + 1));
  }

  async #requireUser(): Promise<void> {
    const { store, now } = this.#deps;
    if (await store.user(POOL_USER)) return;
    await store.addUser({ userId: POOL_USER, name: '(pool)', role: 'member', createdAt: now() });
  }

  #isGood({ phase, image, startedAt }: DesktopRow, mostMs: number, now: number): boolean {
    return (
      phase === 'running' && image === this.#deps.image && startedAt !== null && now - startedAt < mostMs
    );
  }
}
