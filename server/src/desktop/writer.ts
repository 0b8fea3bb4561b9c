/**
 * Makes all changes to desktops. Each change is written by compare-and-set and then published to all hubs. The
 * end of a desktop and its receipt are one write, so neither is there without the other.
 */
import { UniCoreError } from '@unicore/protocol';
import type { DesktopUse } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import type { HubEvents } from '../events/index.ts';
import type { DesktopRow, ReceiptRow, Store } from '../store/index.ts';
import { billOf, type Prices } from './cost.ts';
import { DESKTOP_LIFECYCLE, type DesktopLifeEvent, isOver } from './lifecycle.ts';

/** Why a desktop is in its phase. The two explain each other, so they change together only. */
export type Why = Pick<DesktopRow, 'code' | 'reason'>;

/** The fields of a desktop that change together with its phase. */
export type DesktopChange = Omit<Partial<DesktopRow>, keyof Why> & (Why | { code?: never; reason?: never });

export type DesktopPatch = (row: DesktopRow) => DesktopChange;

/** Names one attempt of a user's desktop. Changes for a different attempt are ignored. */
export interface DesktopKey {
  userId: string;
  sessionId: string;
  attempt: number;
}

export function keyOf({ userId, sessionId, attempt }: DesktopRow): DesktopKey {
  return { userId, sessionId, attempt };
}

export interface DesktopWrite {
  /** The user who asked for the change. Nobody did if it is missing. */
  userId?: string | null;
  /** What was proven gone, if the launcher could not prove the end. */
  proof?: string;
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

  /** Applies an event. */
  async apply(
    key: DesktopKey,
    event: DesktopLifeEvent,
    patch: DesktopPatch = () => ({}),
    more: DesktopWrite = {},
  ): Promise<DesktopWritten> {
    for (;;) {
      const row = await this.#read(key);
      const written = await this.#applyTo(row, event, patch(row), more);
      if (written) return written;
    }
  }

  /**
   * Applies an event that was decided by looking at this row. Writes nothing if the row has changed since then: it
   * may have a user now, or a longer life.
   */
  async applyTo(row: DesktopRow, event: DesktopLifeEvent, change: DesktopChange): Promise<void> {
    await this.#applyTo(row, event, change);
  }

  /** Changes a desktop without changing its phase. Does nothing if the desktop is over. */
  async update(key: DesktopKey, patch: DesktopPatch): Promise<DesktopRow> {
    for (;;) {
      const row = await this.#read(key);
      const next = changed(row, patch(row));
      if (isOver(row.phase) || isSame(row, next)) return row;
      const written = await this.#write(next);
      if (written) return written;
    }
  }

  /**
   * Reserves a desktop for a user. `before` is the row that the new one replaces: the user's last desktop, which
   * must be over, or a member of the pool that now has a user. Returns undefined if the row has changed meanwhile.
   */
  reserve(row: DesktopRow, before: DesktopRow | undefined): Promise<DesktopRow | undefined> {
    return this.#write({ ...row, rev: before?.rev ?? 0 }, 'create', { userId: row.userId });
  }

  /** Claims a member of the pool for this user. Returns undefined if the row has changed meanwhile. */
  claim(member: DesktopRow, userId: string): Promise<DesktopRow | undefined> {
    return this.#write({ ...member, opId: userId });
  }

  /** Returns the fields for what a desktop has used, and its cost. */
  spent(use: DesktopUse): Pick<DesktopRow, 'cpuSeconds' | 'memorySeconds' | 'sentBytes' | 'cost'> {
    return billOf(use, this.#deps.prices);
  }

  /** Returns undefined if the row has changed in the meantime. */
  async #applyTo(
    row: DesktopRow,
    event: DesktopLifeEvent,
    change: DesktopChange,
    more: DesktopWrite = {},
  ): Promise<DesktopWritten | undefined> {
    const phase = DESKTOP_LIFECYCLE[row.phase][event];
    if (phase === null) return { row, fits: false };
    const next = { ...changed(row, change), phase };
    if (isSame(row, next)) return { row, fits: true };
    const now = this.#deps.now();
    if (phase !== row.phase) next.phaseAt = now;
    if (isOver(phase)) next.endedAt = now;
    const written = await this.#write(next, phase === row.phase ? undefined : event, more);
    return written && { row: written, fits: true };
  }

  async #read({ userId, sessionId, attempt }: DesktopKey): Promise<DesktopRow> {
    const row = await this.#deps.store.desktop(userId);
    if (row?.sessionId === sessionId && row.attempt === attempt) return row;
    throw new UniCoreError('SESSION_ENDED', `The desktop ${sessionId} has ended. Create a new one.`);
  }

  async #write(
    next: DesktopRow,
    event?: string,
    { userId = null, proof = proofOf(next) }: DesktopWrite = {},
  ): Promise<DesktopRow | undefined> {
    const { store, events } = this.#deps;
    const receipt = isOver(next.phase) ? receiptOf(next, proof) : undefined;
    // The end is written last. A hub that dies before leaves a desktop that is still ending, and will be looked at.
    if (receipt && next.launcher === 'cloud-run' && next.providerId !== null)
      await store.dropProvider(next.providerId);
    if (!(await store.replaceDesktop(next, receipt))) return undefined;
    const written = { ...next, rev: next.rev + 1 };
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

function receiptOf(row: DesktopRow, proof: string): ReceiptRow {
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
    proof,
  };
}

function proofOf({ providerId, launcher }: DesktopRow): string {
  return providerId === null ? 'Nothing was started.' : PROOF[launcher];
}

/** What the launcher has checked before it reported the end. */
const PROOF: Record<DesktopRow['launcher'], string> = {
  docker: 'The container, its network and its volumes are gone.',
  process: 'The processes and the folder are gone.',
  'cloud-run': 'The job and its executions are gone.',
};

/**
 * Why a desktop ends is said when its end begins. What is seen or asked for later, such as a second wish to end it,
 * does not change that.
 */
function changed(row: DesktopRow, change: DesktopChange): DesktopRow {
  const { phase, code, reason } = row;
  const isExplained = phase === 'ending' && (code !== null || reason !== null);
  return { ...row, ...change, ...(isExplained && { code, reason }) };
}

function isSame(a: DesktopRow, b: DesktopRow): boolean {
  return (Object.keys(a) as (keyof DesktopRow)[]).every((field) => a[field] === b[field]);
}
