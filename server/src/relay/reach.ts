/** The leg by which a provider is reached now: its own socket's, or that of the hub which has it. */
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

  /** Looks, and looks again for so many ms whenever the provider may have come. */
  async leg(providerId: string, waitMs: number): Promise<Leg | undefined> {
    const until = this.#clock.now() + waitMs;
    for (;;) {
      // Listened for before it is looked for: it may come while other hubs are asked.
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
