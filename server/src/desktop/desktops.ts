/** What users can do with their desktop. Each user has at most one. */
import { UniCoreError } from '@unicore/protocol';
import type { VncCreate } from '@unicore/protocol/api';
import type { z } from 'zod';
import type { DesktopRow, ReceiptRow, Store } from '../store/index.ts';
import { leastBudget, lifeFor, type Prices } from './cost.ts';
import { isOver } from './lifecycle.ts';
import { handedOver, newRow } from './new-row.ts';
import type { DesktopPlacer } from './placer.ts';
import type { DesktopPool } from './pool.ts';
import type { UnheardDesktops } from './unheard.ts';
import { type DesktopWriter, keyOf } from './writer.ts';

/** The life of a desktop, and what each extension adds to it, ms. */
const LIFE_MS = 60 * 60_000;
/** Time after which a caller should ask again while the last desktop is still ending, ms. */
const ENDING_MS = 2_000;
/** The same if that takes long, ms. */
const LONG_ENDING_MS = 30_000;

type Create = z.output<typeof VncCreate>;

export interface DesktopsDeps {
  store: Store;
  writer: DesktopWriter;
  placer: DesktopPlacer;
  /** The pool of desktops. Undefined if no desktops run on Cloud Run. */
  pool: DesktopPool | undefined;
  unheard: UnheardDesktops;
  prices: Prices;
  image: string;
  /** The longest life of a desktop, with all extensions, ms. */
  mostMs: number;
  /** Returns the wall clock, ms since 1970. */
  now: () => number;
}

export class Desktops {
  readonly #deps: DesktopsDeps;

  constructor(deps: DesktopsDeps) {
    this.#deps = deps;
  }

  /** Returns the user's desktop. Creates one if there is none. */
  async session(userId: string): Promise<DesktopRow> {
    for (;;) {
      const row = await this.#deps.store.desktop(userId);
      if (row && !isOver(row.phase)) return this.#requireUsable(row);
      const created = await this.#create(userId, {}, row);
      if (created) return created;
    }
  }

  /** Creates a desktop. Throws CONFLICT if the user already has one, unless it was created with the same opId. */
  async create(userId: string, wish: Create): Promise<DesktopRow> {
    for (;;) {
      const row = await this.#deps.store.desktop(userId);
      if (row && wish.opId !== undefined && row.opId === wish.opId) return row;
      if (row && !isOver(row.phase)) {
        await this.#requireUsable(row);
        throw new UniCoreError(
          'CONFLICT',
          `You have the desktop ${row.sessionId} already. Use it, or delete it first.`,
        );
      }
      const created = await this.#create(userId, wish, row);
      if (created) return created;
    }
  }

  /** Returns the user's latest desktop, which may be over. Returns undefined if the user never had one. */
  last(userId: string): Promise<DesktopRow | undefined> {
    return this.#deps.store.desktop(userId);
  }

  receipts(userId: string, limit: number): Promise<ReceiptRow[]> {
    return this.#deps.store.receipts(userId, limit);
  }

  /**
   * Returns the desktop if it belongs to this user. Throws SESSION_ENDED for an earlier desktop of this user.
   * Throws NOT_FOUND both for a desktop that does not exist and for one of another user.
   */
  async own(userId: string, sessionId: string): Promise<DesktopRow> {
    const { store } = this.#deps;
    const row = await store.desktop(userId);
    if (row?.sessionId === sessionId) return row;
    if ((await store.receipt(sessionId))?.userId === userId) throw ended(sessionId);
    throw new UniCoreError('NOT_FOUND', `There is no desktop ${sessionId}.`);
  }

  /** Ends the desktop. Does nothing if it is already ending or over. */
  async end(userId: string, sessionId: string): Promise<DesktopRow> {
    const row = await this.own(userId, sessionId);
    if (isOver(row.phase)) return row;
    const why = { code: null, reason: 'You ended it.' };
    return (await this.#deps.writer.apply(keyOf(row), 'end', () => why, { userId })).row;
  }

  /** Extends the life of a running desktop by an hour, but not beyond the longest life. */
  async extend(userId: string, sessionId: string): Promise<DesktopRow> {
    const row = await this.own(userId, sessionId);
    if (isOver(row.phase) || row.phase === 'ending') throw ended(sessionId);
    const { mostMs, prices, writer } = this.#deps;
    const most = mostLife(row.budget, mostMs, prices);
    if (row.lifeMs >= most) {
      throw most < mostMs
        ? new UniCoreError('BUDGET_SPENT', `The budget of ${row.budget} $ does not pay for more time.`)
        : new UniCoreError(
            'CONFLICT',
            `A desktop lives ${mostMs / 60_000} minutes at most. Create a new one when it has ended.`,
          );
    }
    return writer.update(keyOf(row), ({ lifeMs }) => ({ lifeMs: Math.min(most, lifeMs + LIFE_MS) }));
  }

  /** Throws if the desktop is ending: the user cannot have another one before its end was proven. */
  async #requireUsable(row: DesktopRow): Promise<DesktopRow> {
    if (row.phase !== 'ending') return row;
    const why = await this.#deps.unheard.explain(row);
    const retryAfterMs = why === undefined ? ENDING_MS : LONG_ENDING_MS;
    throw new UniCoreError(
      'CONFLICT',
      `Your last desktop ${row.sessionId} is still ending. ${why === undefined ? '' : `${why} `}Try again in ${retryAfterMs / 1000} s.`,
      { retryAfterMs },
    );
  }

  async #create(
    userId: string,
    { scale = 1, budget, opId }: Create,
    before: DesktopRow | undefined,
  ): Promise<DesktopRow | undefined> {
    const { writer, placer, pool, prices, mostMs, image, now } = this.#deps;
    if (budget !== undefined) requireEnough(budget, prices);
    const launcher = await placer.launcherFor(userId);
    const member = await pool?.take(userId, scale);
    const lifeMs = Math.min(LIFE_MS, mostLife(budget ?? null, mostMs, prices));
    const wish = { userId, opId: opId ?? null, launcher, image, scale, lifeMs, budget: budget ?? null };
    const desktop = { ...wish, createdAt: now() };
    const row = await writer.reserve(member ? handedOver(desktop, member) : newRow(desktop), before);
    if (!row) return undefined;
    if (!pool || !member) return placer.place(row);
    await pool.handedOver(member, row);
    return row;
  }
}

function ended(sessionId: string): UniCoreError {
  return new UniCoreError('SESSION_ENDED', `The desktop ${sessionId} has ended. Create a new one.`);
}

/** The longest life of a desktop that sends nothing, ms. */
function mostLife(budget: number | null, mostMs: number, prices: Prices): number {
  return budget === null ? mostMs : Math.min(mostMs, Math.max(1, lifeFor(budget, 0, prices)));
}

function requireEnough(budget: number, prices: Prices): void {
  const least = leastBudget(prices);
  if (budget >= least) return;
  throw new UniCoreError(
    'BAD_REQUEST',
    `budget is ${budget} $. A desktop needs up to ${least.toPrecision(2)} $ to start and to end. Set a larger budget.`,
  );
}
