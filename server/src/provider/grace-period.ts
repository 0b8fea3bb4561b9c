/**
 * Grace periods. During a grace period, a hub does not treat a silent provider as unreachable. It begins when
 * the hub starts, when the backplane (the data shared by all hubs) is unreachable, or when the backplane has
 * lost its data. It lasts until every connected provider had time to send a heartbeat.
 */
import { type Clock, UniCoreError } from '@unicore/protocol';
import { type Backplane, RENEW_MS } from '../backplane/index.ts';

/** A provider counts as silent after two missed heartbeats, ms. Consumers then see "provider unreachable". */
export const SILENT_MS = 10_000;
/** Length of a grace period, ms. Within this time every hub has announced its providers again. */
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

  /** True during a grace period. Then the stored time of a provider's last heartbeat may be out of date. */
  get lasts(): boolean {
    return this.#clock.now() < this.#until;
  }

  /**
   * Resolves to true if a grace period applies to a provider that the backplane does not know. A new
   * backplane may not have received the provider's record yet.
   */
  async ofMissing(): Promise<boolean> {
    if (this.lasts) return true;
    const age = await this.ask(() => this.#backplane.age());
    return age === undefined || age < GRACE_MS;
  }

  /**
   * Asks the backplane a question and returns the answer. If the backplane is unreachable, returns undefined
   * and starts a grace period.
   */
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
