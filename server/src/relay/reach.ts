/** Finds the leg by which a provider can be reached now: its own socket, or a leg to the hub that has it. */
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

  /** Returns the leg to the provider. Waits up to `waitMs` for the provider to connect, here or at another hub. */
  async leg(providerId: string, waitMs: number): Promise<Leg | undefined> {
    const until = this.#clock.now() + waitMs;
    for (;;) {
      // Starts to listen before the search, since the provider may arrive while other hubs are asked.
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
