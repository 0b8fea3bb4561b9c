/**
 * Limits a desktop's life by its budget. The budget pays for time and for sent bytes, so each sent byte shortens
 * the life. The next check is at the earliest time at which the rest of the budget could be spent.
 */
import type { Clock } from '@unicore/protocol';
import type { DesktopBudget, DesktopUse } from '@unicore/protocol/control';

/** The highest rate at which a desktop can send: 1 Gbit/s, in bytes per ms. */
const FASTEST = 125_000;
/** Shortest and longest time between two checks, ms. */
const SOONEST_MS = 20;
const LATEST_MS = 60_000;

export interface SpendingOptions {
  clock: Clock;
  budget: DesktopBudget;
  use(): Promise<DesktopUse>;
  /** Called with the time that the budget pays for, counted from the start of the desktop, ms. */
  allows(lifeMs: number): void;
}

export class Spending {
  readonly #options: SpendingOptions;
  #cancel: () => void = () => undefined;
  #stopped = false;

  constructor(options: SpendingOptions) {
    this.#options = options;
    void this.#look();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  async #look(): Promise<void> {
    const { clock, budget, use, allows } = this.#options;
    const { dollars, perMs, perSentByte } = budget;
    const { ms, sentBytes } = await use();
    if (this.#stopped) return;
    const forTime = dollars - sentBytes * perSentByte;
    allows(forTime <= 0 ? 0 : Math.floor(forTime / perMs));
    const soonest = (forTime - ms * perMs) / (perMs + FASTEST * perSentByte);
    const pause = Math.min(LATEST_MS, Math.max(SOONEST_MS, soonest));
    this.#cancel = clock.after(pause, () => void this.#look());
  }
}
