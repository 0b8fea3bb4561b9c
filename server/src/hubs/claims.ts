/**
 * Tells other hubs which providers are connected to this hub. For each provider it writes an entry (route) to
 * the backplane, and renews the entry at intervals.
 */
import { type Clock, UniCoreError } from '@unicore/protocol';
import type { Logger } from 'pino';
import { type Backplane, RENEW_MS } from '../backplane/index.ts';

export interface ClaimsOptions {
  backplane: Backplane;
  clock: Clock;
  log: Logger;
  /** Called when the backplane has recorded a provider's new connection to this hub. */
  known(providerId: string, connSeq: number): void;
  /** Called when the provider has a newer connection to another hub. */
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
    // If the removal fails, the provider's backplane entry expires by itself, because this hub no longer
    // renews it.
    this.#options.backplane.routes.release(providerId, connSeq).catch(isDown);
  }

  /**
   * Called when another hub finds no backplane entry for this provider. Writes the entry again if the
   * provider is connected to this hub.
   */
  sought(providerId: string): void {
    const connSeq = this.#claimed.get(providerId);
    if (connSeq !== undefined) void this.#say(providerId, connSeq);
  }

  /** Claims all routes again. */
  renew(): void {
    for (const [providerId, connSeq] of this.#claimed) void this.#say(providerId, connSeq);
  }

  async #say(providerId: string, connSeq: number): Promise<void> {
    const { backplane, known, lost, log } = this.#options;
    try {
      const { now, before } = await backplane.routes.claim(providerId, connSeq);
      if (this.#claimed.get(providerId) !== connSeq) {
        // The provider's connection was closed while its backplane entry was being written. If the provider
        // has no other connection to this hub, the entry is removed again.
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

/**
 * Ignores an error of the backplane. The hub renews its entries at regular intervals, so a failed call needs
 * no other repair.
 */
function isDown(error: unknown): void {
  if (!(error instanceof UniCoreError)) throw error;
}
