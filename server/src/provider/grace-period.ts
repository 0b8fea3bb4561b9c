/**
 * Grace periods during which a silent provider is not suspected: while the backplane is unreachable, after it lost its
 * data, and after this hub started. They last until every connected provider had time to be heard again.
 */
import { type Clock, UniCoreError } from '@unicore/protocol';
import { type Backplane, RENEW_MS } from '../backplane/index.ts';

/** A provider is silent after two heartbeats, ms; consumers then see "provider unreachable". */
export const SILENT_MS = 10_000;
/** After this long every hub has announced its providers again, ms. */
export const GRACE_MS = SILENT_MS + RENEW_MS;

export class GracePeriod {
  readonly #backplane: Backplane;
  readonly #clock: Clock;
  #until = 0;

  constructor(backplane: Backplane, clock: Clock) {
    this.#backplane = backplane;
    this.#clock = clock;
  }

  begin(ms: number): void {
    this.#until = Math.max(this.#until, this.#clock.now() + ms);
  }

  /** Whether a grace period lasts: a provider whose last sign of life is older than SILENT_MS may have been heard since. */
  get lasts(): boolean {
    return this.#clock.now() < this.#until;
  }

  /** Whether a grace period lasts for a provider without a record: a young backplane may not have received it yet. */
  async ofMissing(): Promise<boolean> {
    if (this.lasts) return true;
    const age = await this.ask(() => this.#backplane.age());
    return age === undefined || age < GRACE_MS;
  }

  /** The answer of the backplane; undefined if it is unreachable, which begins a grace period. */
  async ask<T>(question: () => Promise<T>): Promise<T | undefined> {
    try {
      return await question();
    } catch (error) {
      if (!(error instanceof UniCoreError && error.code === 'BACKPLANE_DOWN')) throw error;
      this.begin(GRACE_MS);
      return undefined;
    }
  }
}
