/**
 * Makes all changes to the rows of desktops. Each change is written by compare-and-set and then published to all
 * hubs. Before a desktop is over, its receipt is written, so that no bill is lost.
 */
import { UniCoreError } from '@unicore/protocol';
import type { DesktopUse } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import type { HubEvents } from '../events/index.ts';
import type { DesktopRow, ReceiptRow, Store } from '../store/index.ts';
import { billOf, type Prices } from './cost.ts';
import { DESKTOP_LIFECYCLE, type DesktopLifeEvent, isOver } from './lifecycle.ts';

/** Returns the fields of a desktop that change together with its phase. */
export type DesktopPatch = (row: DesktopRow) => Partial<DesktopRow>;

/** Names one attempt of a user's desktop. Changes for a different attempt are ignored. */
export interface DesktopKey {
  userId: string;
  sessionId: string;
  attempt: number;
}

export function keyOf({ userId, sessionId, attempt }: DesktopRow): DesktopKey {
  return { userId, sessionId, attempt };
}

export interface DesktopWritten {
  row: DesktopRow;
  /** True if the event is possible in the desktop's present phase. If false, nothing was written. */
  fits: boolean;
}

export interface DesktopWriterDeps {
  store: Store;
  events: HubEvents;
  prices: Prices;
  log: Logger;
  /** Returns the wall clock, ms since 1970. */
  now: () => number;
}

export class DesktopWriter {
  readonly #deps: DesktopWriterDeps;

  constructor(deps: DesktopWriterDeps) {
    this.#deps = deps;
  }

  /** Applies an event. `userId` is the user who asked for it, or null if no user did. */
  async apply(
    key: DesktopKey,
    event: DesktopLifeEvent,
    patch: DesktopPatch = () => ({}),
    userId: string | null = null,
  ): Promise<DesktopWritten> {
    for (;;) {
      const row = await this.#read(key);
      const phase = DESKTOP_LIFECYCLE[row.phase][event];
      if (phase === null) return { row, fits: false };
      const next = { ...row, ...patch(row), phase };
      if (isSame(row, next)) return { row, fits: true };
      const now = this.#deps.now();
      if (phase !== row.phase) next.phaseAt = now;
      if (isOver(phase)) next.endedAt = now;
      const written = await this.#write(next, phase === row.phase ? undefined : event, userId);
      if (written) return { row: written, fits: true };
    }
  }

  /** Changes a desktop without changing its phase. Does nothing if the desktop is over. */
  async update(key: DesktopKey, patch: DesktopPatch): Promise<DesktopRow> {
    for (;;) {
      const row = await this.#read(key);
      const next = { ...row, ...patch(row) };
      if (isOver(row.phase) || isSame(row, next)) return row;
      const written = await this.#write(next, undefined, null);
      if (written) return written;
    }
  }

  /**
   * Reserves a desktop for a user. `before` is the row that the new one replaces: the user's last desktop, which
   * must be over, or a member of the pool that now has a user. Returns undefined if the row has changed meanwhile.
   */
  reserve(row: DesktopRow, before: DesktopRow | undefined): Promise<DesktopRow | undefined> {
    return this.#write({ ...row, rev: before?.rev ?? 0 }, 'create', row.userId);
  }

  /** Claims a member of the pool for this user. Returns undefined if the row has changed meanwhile. */
  claim(member: DesktopRow, userId: string): Promise<DesktopRow | undefined> {
    return this.#write({ ...member, opId: userId }, undefined, null);
  }

  /** Returns the fields for what a desktop has used, and its cost. */
  spent(use: DesktopUse): Pick<DesktopRow, 'cpuSeconds' | 'memorySeconds' | 'sentBytes' | 'cost'> {
    return billOf(use, this.#deps.prices);
  }

  async #read({ userId, sessionId, attempt }: DesktopKey): Promise<DesktopRow> {
    const row = await this.#deps.store.desktop(userId);
    if (row?.sessionId === sessionId && row.attempt === attempt) return row;
    throw new UniCoreError('SESSION_ENDED', `The desktop ${sessionId} has ended. Create a new one.`);
  }

  async #write(
    next: DesktopRow,
    event: string | undefined,
    userId: string | null,
  ): Promise<DesktopRow | undefined> {
    const { store, events } = this.#deps;
    // The receipt is written first. If this hub died between the two writes in the other order, the desktop would
    // be over without a receipt.
    const paid = isOver(next.phase) ? paidAs(next, await store.addReceipt(receiptOf(next))) : next;
    if (!(await store.replaceDesktop(paid))) return undefined;
    const written = { ...paid, rev: next.rev + 1 };
    if (event !== undefined) await this.#record(written, event, userId);
    events.tell('desktop', written);
    return written;
  }

  /** Writes a change of a desktop's phase to the log and to the permanent audit log. */
  async #record(row: DesktopRow, event: string, userId: string | null): Promise<void> {
    const { sessionId, attempt, phase, providerId, code, cost } = row;
    this.#deps.log.info(
      { desktop: sessionId, user: row.userId, provider: providerId, attempt, phase, code: code ?? undefined },
      `desktop ${phase}`,
    );
    const detail = isOver(phase) ? `${code ?? 'OK'}, ${cost.toFixed(4)} $` : providerId;
    const name = userId === null ? phase : event;
    await this.#deps.store.audit({
      at: this.#deps.now(),
      event: `desktop.${name}`,
      userId,
      subject: sessionId,
      detail,
    });
  }
}

function receiptOf(row: DesktopRow): ReceiptRow {
  const { userId, sessionId, attempt, launcher, place, jobName, createdAt, startedAt } = row;
  const { code, reason, cpuSeconds, memorySeconds, sentBytes, cost } = row;
  return {
    sessionId,
    userId,
    attempt,
    launcher,
    place,
    jobName,
    createdAt,
    startedAt,
    endedAt: row.endedAt ?? row.phaseAt,
    code,
    reason,
    cpuSeconds,
    memorySeconds,
    sentBytes,
    cost,
    proof: row.providerId === null ? 'Nothing was started.' : PROOF[launcher],
  };
}

/** What the launcher has checked before it reported the end of a desktop. */
const PROOF: Record<DesktopRow['launcher'], string> = {
  docker: 'The container, its network and its volumes are gone.',
  process: 'The processes and the folder are gone.',
  'cloud-run': 'The job and its executions are gone.',
};

/** Copies the numbers of the receipt to the row, even if another hub has written the receipt. */
function paidAs(row: DesktopRow, receipt: ReceiptRow): DesktopRow {
  const { endedAt, code, reason, cpuSeconds, memorySeconds, sentBytes, cost } = receipt;
  return { ...row, endedAt, code, reason, cpuSeconds, memorySeconds, sentBytes, cost };
}

function isSame(a: DesktopRow, b: DesktopRow): boolean {
  return (Object.keys(a) as (keyof DesktopRow)[]).every((field) => a[field] === b[field]);
}
