/** Converts the rows of desktops to the form that clients get. */
import type { Desktop, DesktopStatus, Receipt, VncSession } from '@unicore/protocol/api';
import type { DesktopPhase, DesktopRow, ReceiptRow } from '../store/index.ts';
import { billOf, lifeFor, type Prices } from './cost.ts';

const STATUS: Record<DesktopPhase, DesktopStatus> = {
  reserved: 'starting',
  waiting: 'starting',
  launching: 'starting',
  booting: 'starting',
  painting: 'starting',
  running: 'running',
  // A desktop that is ending still exists and still costs money.
  ending: 'running',
  ended: 'stopped',
  failed: 'stopped',
};

export class DesktopViews {
  readonly #prices: Prices;
  readonly #now: () => number;

  /** now: milliseconds since 1970. */
  constructor(prices: Prices, now: () => number) {
    this.#prices = prices;
    this.#now = now;
  }

  /** socketUrl: ws(s)://host of the hub, as the client reaches it. */
  one(row: DesktopRow, socketUrl: string): Desktop {
    const { sessionId, jobName, phase, phaseAt, code, reason, launcher, isolation, scale } = row;
    const { createdAt, startedAt, budget } = row;
    return {
      sessionId,
      jobName: jobName ?? '',
      url: `${socketUrl}/vnc/${sessionId}`,
      status: STATUS[phase],
      phase,
      phaseAt,
      code,
      reason,
      launcher,
      isolation,
      scale,
      createdAt,
      startedAt,
      expiresAt: startedAt === null ? null : startedAt + this.#life(row),
      budget,
      cost: this.#cost(row),
      shared: row.viewerToken !== null,
    };
  }

  /** Returns the life of a desktop, ms. Each byte that a desktop sends shortens the life that its budget pays for. */
  #life({ lifeMs, budget, sentBytes }: DesktopRow): number {
    return budget === null ? lifeMs : Math.min(lifeMs, lifeFor(budget, sentBytes, this.#prices));
  }

  /**
   * Returns the cost so far. For a running desktop it is computed from its age, because its use is reported only
   * from time to time.
   */
  #cost({ startedAt, endedAt, sentBytes, cost }: DesktopRow): number {
    if (startedAt === null || endedAt !== null) return cost;
    return Math.max(cost, billOf({ ms: this.#now() - startedAt, sentBytes }, this.#prices).cost);
  }
}

/** Returns the desktop with the field names of the first specification. */
export function sessionOf({ sessionId, jobName, url, createdAt, status }: Desktop): VncSession {
  return {
    session_id: sessionId,
    job_name: jobName,
    url,
    created_at: Math.floor(createdAt / 1000),
    status,
  };
}

export function viewReceipt({ userId: _, attempt: __, place: ___, ...receipt }: ReceiptRow): Receipt {
  return receipt;
}
