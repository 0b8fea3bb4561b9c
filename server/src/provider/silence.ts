/** Detects providers that fell silent, also those whose hub died. The first hub that notices publishes it, once. */
import type { Clock } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { Backplane } from '../backplane/index.ts';
import { GRACE_MS, type GracePeriod } from './grace-period.ts';
import { type Presence, SILENT } from './presence.ts';

/** How often a hub checks for due deadlines. */
const SWEEP_MS = 1_000;
/** Maximum number of silence deadlines that a hub checks at once. */
const BATCH = 1_000;
/** After this long another hub gets a deadline again, because the hub that took it may have died. */
const AGAIN_MS = 5_000;
/** Lease for the check of all providers after a grace period. */
const REVIEW = 'silence.review';

export interface SilenceDeps {
  backplane: Backplane;
  presence: Presence;
  grace: GracePeriod;
  clock: Clock;
  log: Logger;
  /** Ids of the providers that were connected at any time. */
  seen(): Promise<string[]>;
  /** A provider fell silent. silentMs: time since it was last heard, if known. */
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

  /** Deadlines may be lost, and a grace period begins: checks all providers when it is over. */
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
      // The deadline is dropped last: if this hub dies before, another one publishes the silence.
      await grace.ask(() => backplane.deadlines.drop(SILENT, providerId));
    }
  }

  #work(work: Promise<void>): void {
    work.catch((error: unknown) =>
      this.#deps.log.error({ err: error }, 'the check for silent providers failed'),
    );
  }
}
