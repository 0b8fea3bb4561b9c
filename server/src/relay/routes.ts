/** Where each provider is: its newest leg, by the connection number that the agent raises with every socket. */
import { type Leg, UniCoreError } from '@unicore/protocol';

interface Route {
  leg: Leg;
  connSeq: number;
}

export class Routes {
  readonly #routes = new Map<string, Route>();

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

  get size(): number {
    return this.#routes.size;
  }
}
