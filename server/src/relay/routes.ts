/** Where each provider is: its newest leg, by the connection number that the agent raises with every socket. */
import { type Clock, type Leg, UniCoreError } from '@unicore/protocol';

interface Route {
  leg: Leg;
  connSeq: number;
}

export class Routes {
  readonly #clock: Clock;
  readonly #routes = new Map<string, Route>();
  /** Who waits for a provider to come. */
  readonly #waiting = new Map<string, Set<(leg: Leg) => void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Makes this leg the provider's route. The older socket is closed, which sends its consumers to this one.
   * A connection older than the current one throws SUPERSEDED: it was slow to get here.
   */
  claim(providerId: string, connSeq: number, leg: Leg): void {
    const current = this.#routes.get(providerId);
    if (current && connSeq <= current.connSeq) {
      throw new UniCoreError('SUPERSEDED', 'A newer connection of this provider is already here.');
    }
    this.#routes.set(providerId, { leg, connSeq });
    const waiting = this.#waiting.get(providerId);
    this.#waiting.delete(providerId);
    for (const found of waiting ?? []) found(leg);
    current?.leg.close('SUPERSEDED', 'A newer connection of this provider took over.');
  }

  /** Forgets the leg if it is still the route; says whether it was. */
  release(providerId: string, leg: Leg): boolean {
    if (this.#routes.get(providerId)?.leg !== leg) return false;
    return this.#routes.delete(providerId);
  }

  get(providerId: string): Leg | undefined {
    return this.#routes.get(providerId)?.leg;
  }

  /** The provider's leg, now or when it comes within so many ms. */
  async arrival(providerId: string, ms: number): Promise<Leg | undefined> {
    const leg = this.get(providerId);
    if (leg) return leg;
    const waiting = this.#waiting.get(providerId) ?? new Set();
    this.#waiting.set(providerId, waiting);
    return new Promise((settle) => {
      const found = (come: Leg) => {
        cancel();
        settle(come);
      };
      const cancel = this.#clock.after(ms, () => {
        waiting.delete(found);
        if (waiting.size === 0) this.#waiting.delete(providerId);
        settle(undefined);
      });
      waiting.add(found);
    });
  }

  get size(): number {
    return this.#routes.size;
  }
}
