/**
 * Finds the connection through which a provider can be reached: the provider's own socket, or a connection to
 * the hub that has this socket.
 */
import type { Clock, Leg } from '@unicore/protocol';
import type { Elsewhere } from './deps.ts';
import type { Routes } from './routes.ts';

export class Reach {
  readonly #clock: Clock;
  readonly #routes: Routes;
  readonly #elsewhere: Elsewhere;

  constructor(clock: Clock, routes: Routes, elsewhere: Elsewhere) {
    this.#clock = clock;
    this.#routes = routes;
    this.#elsewhere = elsewhere;
  }

  /**
   * Returns the connection to the provider. Waits up to `waitMs` for the provider to connect to this hub or
   * to another hub.
   */
  async leg(providerId: string, waitMs: number): Promise<Leg | undefined> {
    const until = this.#clock.now() + waitMs;
    for (;;) {
      // The hub starts to wait for the provider before it searches for the provider's connection. Otherwise
      // it would miss a provider that connects during the search.
      const arrival = this.#routes.arrival(providerId, until - this.#clock.now());
      try {
        const leg = this.#routes.get(providerId) ?? (await this.#elsewhere.leg(providerId));
        if (leg?.up) return leg;
        if (!(await arrival.come)) return undefined;
      } finally {
        arrival.forget();
      }
    }
  }
}
