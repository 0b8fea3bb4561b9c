/**
 * Detects providers that have fallen silent, even if the hub that they were connected to has died. The first
 * hub that notices the silence announces it once to all hubs.
 */
import type { Clock } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { Backplane } from '../backplane/index.ts';
import { GRACE_MS, type GracePeriod } from './grace-period.ts';
import { type Presence, SILENT } from './presence.ts';

/** How often a hub checks for providers whose deadline has expired, ms. */
const SWEEP_MS = 1_000;
/** Maximum number of providers with an expired deadline that a hub handles in one check. */
const BATCH = 1_000;
/**
 * A hub that takes a provider's expired deadline has this much time to handle it, ms. If the hub dies
 * meanwhile, another hub gets the deadline afterwards.
 */
const AGAIN_MS = 5_000;
/** Name of the lease that lets only one hub check all providers after a grace period. */
const REVIEW = 'silence.review';

export interface SilenceDeps {
  backplane: Backplane;
  presence: Presence;
  grace: GracePeriod;
  clock: Clock;
  log: Logger;
  /** Returns the ids of all providers that have ever connected. */
  seen(): Promise<string[]>;
  /**
   * Called when a provider has fallen silent. `silentMs` is the time since the provider was last heard, in
   * milliseconds, if known.
   */
  began(providerId: string, silentMs: number | undefined): Promise<void>;
}

export class Silence {
  readonly #deps: SilenceDeps;
  #cancelSweep: () => void = () => {};
  #cancelReview: () => void = () => {};
  #sweeping = false;

  constructor(deps: SilenceDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#sweepOn();
    this.interrupted();
  }

  stop(): void {
    this.#cancelSweep();
    this.#cancelReview();
  }

  /**
   * Called when the backplane may have lost the providers' deadlines. A grace period begins, and all
   * providers are checked at its end.
   */
  interrupted(): void {
    this.#cancelReview();
    this.#cancelReview = this.#deps.clock.after(GRACE_MS, () => this.#work(this.#review()));
  }

  #sweepOn(): void {
    if (!this.#sweeping) {
      this.#sweeping = true;
      this.#work(
        this.#sweep().finally(() => {
          this.#sweeping = false;
        }),
      );
    }
    this.#cancelSweep = this.#deps.clock.after(SWEEP_MS, () => this.#sweepOn());
  }

  async #sweep(): Promise<void> {
    const { backplane, grace } = this.#deps;
    const due = (await grace.ask(() => backplane.deadlines.due(SILENT, BATCH, AGAIN_MS))) ?? [];
    await this.#judge(due);
  }

  async #review(): Promise<void> {
    const { backplane, grace, seen } = this.#deps;
    if (grace.lasts) return this.interrupted();
    if (await grace.ask(() => backplane.leases.hold(REVIEW, GRACE_MS))) await this.#judge(await seen());
  }

  async #judge(providerIds: readonly string[]): Promise<void> {
    const { backplane, presence, grace, began } = this.#deps;
    const sights = [...(await presence.look(providerIds))];
    const later = sights.filter(([, { suspect }]) => !suspect);
    await grace.ask(() =>
      Promise.all(
        later.map(([providerId, { silentMs = 0 }]) =>
          backplane.deadlines.set(SILENT, providerId, Math.max(SWEEP_MS, GRACE_MS - silentMs)),
        ),
      ),
    );
    for (const [providerId, { suspect, silentMs }] of sights) {
      if (!suspect) continue;
      await began(providerId, silentMs);
      // A provider's deadline is removed only after its silence was announced. If this hub dies between the
      // two steps, another hub repeats the announcement.
      await grace.ask(() => backplane.deadlines.drop(SILENT, providerId));
    }
  }

  #work(work: Promise<void>): void {
    work.catch((error: unknown) =>
      this.#deps.log.error({ err: error }, 'the check for silent providers failed'),
    );
  }
}
