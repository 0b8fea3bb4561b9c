/**
 * The newest connection of each provider at this hub. An agent numbers its connections in rising order, so a
 * higher number means a newer connection.
 */
import { type Clock, type ErrorCode, type Leg, spread, UniCoreError } from '@unicore/protocol';

/**
 * Maximum time to move all channels away from a replaced connection of a provider, ms. Then the hub closes
 * the connection. Without a limit, it would stay open forever if a consumer does not move its channel.
 */
const RETIRE_MS = 15_000;

interface Route {
  leg: Leg;
  connSeq: number;
}

export class Routes {
  readonly #clock: Clock;
  readonly #routes = new Map<string, Route>();
  /** Callbacks of callers that wait for a provider to connect, by provider id. */
  readonly #waiting = new Map<string, Set<() => void>>();
  /** Replaced connections that still have channels. Each entry has a function that cancels its timer. */
  readonly #retired = new Map<Leg, { providerId: string; cancel: () => void }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Makes this connection the current one of the provider. Channels move from the old connection a few at a
   * time, and the hub closes the old connection when the last channel has left. Throws SUPERSEDED if the
   * provider already has a newer connection.
   */
  claim(providerId: string, connSeq: number, leg: Leg): void {
    const current = this.#routes.get(providerId);
    if (current && connSeq <= current.connSeq) {
      throw new UniCoreError('SUPERSEDED', 'A newer connection of this provider is already here.');
    }
    this.#routes.set(providerId, { leg, connSeq });
    this.#come(providerId);
    if (current) this.#retire(providerId, current.leg);
  }

  /**
   * Called when another hub has a connection of the provider. Returns true if that connection replaced an
   * older one at this hub.
   */
  elsewhere(providerId: string, connSeq: number): boolean {
    this.#come(providerId);
    const current = this.#routes.get(providerId);
    if (!current || current.connSeq >= connSeq) return false;
    this.#routes.delete(providerId);
    this.#retire(providerId, current.leg);
    return true;
  }

  /**
   * Called when the last channel has left this connection. Closes the connection if a newer one has replaced
   * it.
   */
  idle(leg: Leg): void {
    if (this.#retired.has(leg)) leg.close('SUPERSEDED', 'A newer connection of this provider took over.');
  }

  /**
   * Called when a provider's connection has closed. Returns true if it was the provider's current connection.
   */
  release(providerId: string, leg: Leg): boolean {
    this.#retired.get(leg)?.cancel();
    this.#retired.delete(leg);
    if (this.#routes.get(providerId)?.leg !== leg) return false;
    return this.#routes.delete(providerId);
  }

  /** Closes every connection of this provider. */
  close(providerId: string, code: ErrorCode, message: string): void {
    const retired = [...this.#retired].filter(([, of]) => of.providerId === providerId).map(([leg]) => leg);
    for (const leg of retired) leg.close(code, message);
    this.get(providerId)?.close(code, message);
  }

  get(providerId: string): Leg | undefined {
    return this.#routes.get(providerId)?.leg;
  }

  /**
   * Waits for this provider to connect to this hub or to another hub. `come` resolves to true when the
   * provider has connected, and to false after `ms` milliseconds.
   */
  arrival(providerId: string, ms: number): { come: Promise<boolean>; forget(): void } {
    const waiting = this.#waiting.get(providerId) ?? new Set();
    this.#waiting.set(providerId, waiting);
    let forget = () => {};
    const come = new Promise<boolean>((settle) => {
      const came = () => settle(true);
      const cancel = this.#clock.after(Math.max(0, ms), () => settle(false));
      forget = () => {
        cancel();
        waiting.delete(came);
        if (waiting.size === 0 && this.#waiting.get(providerId) === waiting) this.#waiting.delete(providerId);
      };
      waiting.add(came);
    });
    return { come, forget };
  }

  /**
   * Makes all callers that wait for a provider search for its connection again. Used when messages about
   * connected providers may have been lost.
   */
  lookAgain(): void {
    for (const providerId of this.#waiting.keys()) this.#come(providerId);
  }

  get size(): number {
    return this.#routes.size;
  }

  #come(providerId: string): void {
    for (const came of this.#waiting.get(providerId) ?? []) came();
  }

  #retire(providerId: string, leg: Leg): void {
    const cancelMoves = spread(this.#clock, leg.vacating());
    const cancelWait = this.#clock.after(RETIRE_MS, () => {
      leg.close('SUPERSEDED', 'A newer connection of this provider took over.');
    });
    const cancel = () => {
      cancelMoves();
      cancelWait();
    };
    this.#retired.set(leg, { providerId, cancel });
    if (leg.channels === 0) this.idle(leg);
  }
}
