/**
 * Periodic work about desktops that one hub does for all hubs. It finds machines for desktops that wait, ends
 * desktops whose limits have passed although their agent did not end them or is not heard any more, compares desktops
 * with Cloud Run, and announces desktops to programs outside of UniCore.
 */
import type { Clock } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { Backplane } from '../backplane/index.ts';
import type { HubEvents } from '../events/index.ts';
import type { DesktopRow, Store } from '../store/index.ts';
import type { Announcer } from './announcer.ts';
import type { CloudDesktops } from './cloud.ts';
import type { DesktopLimits } from './limits.ts';
import type { DesktopPlacer } from './placer.ts';
import type { DesktopPool } from './pool.ts';
import type { UnheardDesktops } from './unheard.ts';
import type { DesktopWriter } from './writer.ts';

const EVERY_MS = 5_000;
/** Duration of the lease with which one hub does this work, ms. The hub keeps the lease even if it misses a round. */
const LEASE_MS = 12_000;
/**
 * A hub ends a desktop this long after its limit, ms. Until then, the agent or the desktop itself should have ended
 * it.
 */
const LATE_MS = 60_000;
/** Number of rounds in a minute. Desktops are published and compared with Cloud Run once a minute. */
const MINUTE = 12;
/** If an order had no effect for this time, it may have been lost, and is sent again, ms. */
const LOST_MS = 20_000;

export interface DesktopChoresDeps {
  store: Store;
  backplane: Backplane;
  events: HubEvents;
  writer: DesktopWriter;
  placer: DesktopPlacer;
  announcer: Announcer;
  /** The desktops on Cloud Run. Undefined if no desktops run on Cloud Run. */
  cloud: CloudDesktops | undefined;
  pool: DesktopPool | undefined;
  unheard: UnheardDesktops;
  limits: DesktopLimits;
  clock: Clock;
  log: Logger;
  /** Returns the wall clock, ms since 1970. */
  now: () => number;
}

export class DesktopChores {
  readonly #deps: DesktopChoresDeps;
  #turn = 0;
  #cancel: () => void = () => {};

  constructor(deps: DesktopChoresDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#cancel = this.#deps.clock.after(EVERY_MS, () => {
      this.#do().catch((error: unknown) => this.#deps.log.error({ err: error }, 'desktop chores failed'));
      this.start();
    });
  }

  stop(): void {
    this.#cancel();
  }

  async #do(): Promise<void> {
    const { backplane, placer, store, announcer, cloud, pool, unheard, log } = this.#deps;
    // If the backplane is unreachable, every hub does this work. That is harmless.
    if (!(await backplane.leases.hold('desktops', LEASE_MS).catch(() => true))) return;
    await placer.placeWaiting();
    const rows = await store.desktops();
    for (const row of rows) {
      await this.#look(row);
      await unheard.look(row);
    }
    await pool?.look(rows);
    if (this.#turn++ % MINUTE !== 0) return;
    // The other work must not wait for this, because Cloud Run may answer slowly.
    cloud?.reconcile().catch((error: unknown) => log.error({ err: error }, 'reconciling desktops failed'));
    for (const row of rows) await announcer.announce(row);
  }

  async #look(row: DesktopRow): Promise<void> {
    const { writer, events, limits, now } = this.#deps;
    const { phase, phaseAt, startedAt, lifeMs } = row;
    const age = now() - phaseAt;
    const isStarting = phase === 'launching' || phase === 'booting' || phase === 'painting';
    if (isStarting && age > limits.bootMs + LATE_MS) {
      const reason = `It was ${phase} for ${Math.round(age / 1000)} s. Create a new one.`;
      await writer.applyTo(row, 'end', { code: 'LAUNCH_FAILED', reason });
    } else if (phase === 'running' && startedAt !== null && now() > startedAt + lifeMs + LATE_MS) {
      await writer.applyTo(row, 'end', { code: 'TIMEOUT', reason: 'Its time was over.' });
    } else if (phase === 'running' && row.budget !== null && row.cost > row.budget) {
      await writer.applyTo(row, 'end', { code: 'BUDGET_SPENT', reason: 'Its budget was spent.' });
    } else if ((phase === 'ending' || phase === 'launching') && age > LOST_MS) {
      events.tell('desktop', row);
    }
  }
}
