/**
 * Applies the agents' reports about desktops, and makes the orders for agents. Reports and orders describe states,
 * not changes, so repeating them does no harm.
 */
import type { DesktopObserved, DesktopOrder, DesktopUse } from '@unicore/protocol/control';
import { isPoolOwner } from '../cloud-run/index.ts';
import type { HubEvents } from '../events/index.ts';
import type { DesktopRow, Store } from '../store/index.ts';
import { msOf, type Prices, usableOf, useOf } from './cost.ts';
import { isOver } from './lifecycle.ts';
import type { DesktopLimits } from './limits.ts';
import { type DesktopWriter, keyOf } from './writer.ts';

export interface DesktopReport {
  /** True if the report contains all desktops of the agent, false if it contains only changed ones. */
  whole: boolean;
  desktops: DesktopObserved[];
}

export interface DesktopReportsDeps {
  store: Store;
  events: HubEvents;
  writer: DesktopWriter;
  limits: DesktopLimits;
  prices: Prices;
  /** Returns the wall clock, ms since 1970. */
  now: () => number;
}

export class DesktopReports {
  readonly #deps: DesktopReportsDeps;

  constructor(deps: DesktopReportsDeps) {
    this.#deps = deps;
  }

  /**
   * Applies a report of an agent that is connected to this hub. Returns the desktops that the provider has but
   * should not have, each as SESSION/ATTEMPT.
   */
  async take(providerId: string, report: DesktopReport): Promise<string[]> {
    const { store, events } = this.#deps;
    const strays: string[] = [];
    for (const seen of report.desktops) {
      const row = await store.desktopOf(seen.sessionId);
      const isOurs = row?.attempt === seen.attempt && row.providerId === providerId && !isOver(row.phase);
      if (isOurs) {
        const now = await this.#note(row, seen);
        // The agent may have been connected to a hub that died before it published the last change. So the change
        // is published again.
        if (report.whole) events.tell('desktop', now);
      } else if (!isOver(seen.phase) && (row || (await store.receipt(seen.sessionId)))) {
        // A desktop that the store does not know may belong to another deployment. It is left alone, and ends by
        // its own limits.
        strays.push(`${seen.sessionId}/${seen.attempt}`);
      }
    }
    if (report.whole) await this.#noteMissing(providerId, report.desktops);
    return strays;
  }

  /**
   * Returns the orders for all desktops that this provider should have, and orders to end those that it should not
   * have.
   */
  async orders(providerId: string, strays: Iterable<string>): Promise<DesktopOrder[]> {
    const { store, limits, prices } = this.#deps;
    const rows = (await store.desktops()).filter((row) => row.providerId === providerId);
    // While a session goes from the pool to a user, two rows name it. The newer one counts, and comes later.
    const bySession = new Map(rows.map((row) => [row.sessionId, row]));
    const orders = [...bySession.values()].map((row) => orderOf(row, limits, prices));
    for (const stray of strays) {
      const [sessionId = '', attempt] = stray.split('/');
      // The order for a newer attempt also ends the older ones.
      if (orders.some((order) => order.sessionId === sessionId)) continue;
      orders.push({ ...ENDED, ...limits, sessionId, attempt: Number(attempt) });
    }
    return orders;
  }

  async #note(row: DesktopRow, seen: DesktopObserved): Promise<DesktopRow> {
    const { writer, now } = this.#deps;
    const { phase, code, reason, isolation, use } = seen;
    // A desktop on Cloud Run reports its own end while its container still exists. Only Cloud Run can prove that it
    // is gone.
    const event = row.launcher === 'cloud-run' && isOver(phase) ? 'ending' : phase;
    const { row: written } = await writer.apply(keyOf(row), event, (old) => ({
      code,
      reason,
      isolation: isolation ?? old.isolation,
      startedAt: startOf(old, seen, now()),
      ...(use && writer.spent(row.launcher === 'cloud-run' ? atLeast(old, useOf(old, use)) : use)),
    }));
    return written;
  }

  /** Ends the desktops that are missing in a complete report of their provider. */
  async #noteMissing(providerId: string, desktops: DesktopObserved[]): Promise<void> {
    const { store, writer } = this.#deps;
    const there = new Set(desktops.map(({ sessionId }) => sessionId));
    for (const row of await store.desktops()) {
      if (row.providerId !== providerId || there.has(row.sessionId)) continue;
      if (row.launcher === 'cloud-run') continue;
      // The provider may not have received the order for this desktop yet. So a desktop counts as missing only if
      // it was reported before.
      if (row.phase === 'launching') continue;
      await writer.apply(keyOf(row), 'ended', (old) => ({
        code: old.phase === 'ending' ? null : 'CONTAINER_LOST',
        reason: 'Its machine does not have it any more.',
      }));
    }
  }
}

/** Keeps the larger numbers. Google's record of a container's time begins before the desktop's own measurement. */
function atLeast(old: DesktopRow, { ms, sentBytes }: DesktopUse): DesktopUse {
  return { ms: Math.max(ms, msOf(old)), sentBytes: Math.max(sentBytes, old.sentBytes) };
}

/**
 * When the desktop's container started, from the first frame on. The desktop counts its life and its bill from there,
 * so the end that people see is the one that comes. A report may come late, so the earliest time is the nearest.
 */
function startOf(old: DesktopRow, { phase, use }: DesktopObserved, now: number): number | null {
  if (old.startedAt === null && phase !== 'running') return null;
  const began = use ? Math.floor(now - useOf(old, use).ms) : now;
  return Math.max(old.createdAt, Math.min(old.startedAt ?? now, began));
}

const ENDED = { desired: 'ended', image: '-', scale: 1, lifeMs: 1 } as const;

export function orderOf(row: DesktopRow, limits: DesktopLimits, prices: Prices): DesktopOrder {
  const { userId, sessionId, attempt, image, scale, budget, pooledMs, pooledBytes } = row;
  const desired = row.phase === 'ending' ? 'ended' : 'running';
  // The desktop counts its life from its own start, which may have been in the pool. In the pool, the idle limit
  // does not apply.
  const lifeMs = row.lifeMs + pooledMs;
  const idleMs = isPoolOwner(userId) ? lifeMs : limits.idleMs;
  const { bootMs, sandbox } = limits;
  const times = { lifeMs, bootMs, idleMs };
  const order = { sessionId, attempt, desired, image, scale, ...times, ...(sandbox && { sandbox }) } as const;
  if (budget === null) return order;
  const usable = usableOf(budget, prices);
  const pooled = pooledMs * usable.perMs + pooledBytes * usable.perSentByte;
  return { ...order, budget: { ...usable, dollars: usable.dollars + pooled } };
}
