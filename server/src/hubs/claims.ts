/** The providers that are connected here, as other hubs know of them: said at once, and again and again. */
import { type Clock, UniCoreError } from '@unicore/protocol';
import type { Logger } from 'pino';
import { type Backplane, RENEW_MS } from '../backplane/index.ts';

export interface ClaimsOptions {
  backplane: Backplane;
  clock: Clock;
  log: Logger;
  /** A new connection of this provider is known to be here. */
  known(providerId: string, connSeq: number): void;
  /** Another hub has a newer one. */
  lost(providerId: string, connSeq: number): void;
}

export class Claims {
  readonly #options: ClaimsOptions;
  readonly #claimed = new Map<string, number>();
  #cancel = () => {};

  constructor(options: ClaimsOptions) {
    this.#options = options;
  }

  start(): void {
    this.#cancel = this.#options.clock.after(RENEW_MS, () => {
      this.renew();
      this.start();
    });
  }

  stop(): void {
    this.#cancel();
  }

  claim(providerId: string, connSeq: number): void {
    this.#claimed.set(providerId, connSeq);
    void this.#say(providerId, connSeq);
  }

  release(providerId: string): void {
    const connSeq = this.#claimed.get(providerId);
    if (connSeq === undefined) return;
    this.#claimed.delete(providerId);
    // Where that can't be said, the claim is over by itself when nobody renews it.
    this.#options.backplane.routes.release(providerId, connSeq).catch(isDown);
  }

  /** Another hub has found no route of this provider, though there may be one. */
  sought(providerId: string): void {
    const connSeq = this.#claimed.get(providerId);
    if (connSeq !== undefined) void this.#say(providerId, connSeq);
  }

  /** Says all of them again. */
  renew(): void {
    for (const [providerId, connSeq] of this.#claimed) void this.#say(providerId, connSeq);
  }

  async #say(providerId: string, connSeq: number): Promise<void> {
    const { backplane, known, lost, log } = this.#options;
    try {
      const { now, before } = await backplane.routes.claim(providerId, connSeq);
      if (this.#claimed.get(providerId) !== connSeq) {
        // It closed meanwhile.
        if (!this.#claimed.has(providerId)) await backplane.routes.release(providerId, connSeq);
      } else if (now.hub !== backplane.hub || now.connSeq !== connSeq) {
        this.#claimed.delete(providerId);
        log.info({ provider: providerId, connSeq, newer: now.connSeq }, 'provider has moved to another hub');
        lost(providerId, now.connSeq);
      } else if (before?.connSeq !== connSeq) known(providerId, connSeq);
    } catch (error) {
      isDown(error);
    }
  }
}

/** What could not be said now is said at the next renewal. */
function isDown(error: unknown): void {
  if (!(error instanceof UniCoreError)) throw error;
}
