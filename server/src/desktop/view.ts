/** Converts desktops to the form that clients see. */
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
  // A desktop that is ending is still there and still costs money.
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

  /** The bytes that a desktop has sent shorten the life that its budget pays for. */
  #life({ lifeMs, budget, sentBytes }: DesktopRow): number {
    return budget === null ? lifeMs : Math.min(lifeMs, lifeFor(budget, sentBytes, this.#prices));
  }

  /** While a desktop lives, its age counts, because its launcher reports what it used only now and then. */
  #cost({ startedAt, endedAt, sentBytes, cost }: DesktopRow): number {
    if (startedAt === null || endedAt !== null) return cost;
    return Math.max(cost, billOf({ ms: this.#now() - startedAt, sentBytes }, this.#prices).cost);
  }
}

/** Returns the desktop in the names of the first specification. */
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
