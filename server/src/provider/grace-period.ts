/**
 * When silence means nothing: what hubs share cannot be reached, has just lost what was in it, or this hub has only begun.
 * Then nobody is suspected until everybody had the time to be heard again.
 */
import { type Clock, UniCoreError } from '@unicore/protocol';
import { type Backplane, RENEW_MS } from '../backplane/index.ts';

/** Two heartbeats; consumers see "provider unreachable" after this long. */
export const SILENT_MS = 10_000;
/** By then every hub that can be heard has said again what it knows. */
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

  /** Whether a provider that was heard before, but not for SILENT_MS, can have said so somewhere. */
  get lasts(): boolean {
    return this.#clock.now() < this.#until;
  }

  /** The same of one of whom nothing is known at all. */
  async ofMissing(): Promise<boolean> {
    if (this.lasts) return true;
    const age = await this.ask(() => this.#backplane.age());
    return age === undefined || age < GRACE_MS;
  }

  /** The answer of the backplane; undefined where it cannot be reached, which is a reason to doubt. */
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
