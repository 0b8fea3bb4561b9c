/** Notices that providers fell silent, on whichever hub comes first, so that it is told once: also of those whose hub died. */
import type { Clock } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { Backplane } from '../backplane/index.ts';
import { GRACE_MS, type GracePeriod } from './grace-period.ts';
import { type Presence, SILENT } from './presence.ts';

/** How often silence is looked for. */
const SWEEP_MS = 1_000;
/** How many are looked at in one go. */
const BATCH = 1_000;
/** A hub that took a deadline and died has lost it for so long. */
const AGAIN_MS = 5_000;
/** The right to go through all providers after a doubt. */
const REVIEW = 'silence.review';

export interface SilenceDeps {
  backplane: Backplane;
  presence: Presence;
  grace: GracePeriod;
  clock: Clock;
  log: Logger;
  /** Those that were here at any time. */
  seen(): Promise<string[]>;
  /** silentMs: since it was last heard, if that is known. */
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

  /** Deadlines may be lost, and nobody was suspected for a while: looks at all providers when that is over. */
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
      // Not before: another hub tells it if this one dies here.
      await grace.ask(() => backplane.deadlines.drop(SILENT, providerId));
    }
  }

  #work(work: Promise<void>): void {
    work.catch((error: unknown) =>
      this.#deps.log.error({ err: error }, 'silent providers could not be told'),
    );
  }
}
