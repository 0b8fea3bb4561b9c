/**
 * The newest socket of each provider at this hub. Sockets are ordered by the connection number that the agent raises
 * with each one.
 */
import { type Clock, type ErrorCode, type Leg, spread, UniCoreError } from '@unicore/protocol';

/** How long a replaced leg may keep its last channels, ms. Their consumers may not react, or the leg may be dead. */
const RETIRE_MS = 15_000;

interface Route {
  leg: Leg;
  connSeq: number;
}

export class Routes {
  readonly #clock: Clock;
  readonly #routes = new Map<string, Route>();
  /** Callbacks of calls that wait for a provider, by provider id. */
  readonly #waiting = new Map<string, Set<() => void>>();
  /** Replaced legs that still have channels, with a function that cancels their timers. */
  readonly #retired = new Map<Leg, { providerId: string; cancel: () => void }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Makes this leg the provider's route. Channels on the old leg move to it a few at a time; the old leg is closed when
   * the last has left. Throws SUPERSEDED if the current connection is newer.
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

  /** Another hub has this connection of the provider. Returns true if it replaced an older one here. */
  elsewhere(providerId: string, connSeq: number): boolean {
    this.#come(providerId);
    const current = this.#routes.get(providerId);
    if (!current || current.connSeq >= connSeq) return false;
    this.#routes.delete(providerId);
    this.#retire(providerId, current.leg);
    return true;
  }

  /** The last channel has left this leg. */
  idle(leg: Leg): void {
    if (this.#retired.has(leg)) leg.close('SUPERSEDED', 'A newer connection of this provider took over.');
  }

  /** A provider's leg has closed. Returns true if it was the provider's current route. */
  release(providerId: string, leg: Leg): boolean {
    this.#retired.get(leg)?.cancel();
    this.#retired.delete(leg);
    if (this.#routes.get(providerId)?.leg !== leg) return false;
    return this.#routes.delete(providerId);
  }

  /** Closes every leg of this provider. */
  close(providerId: string, code: ErrorCode, message: string): void {
    const retired = [...this.#retired].filter(([, of]) => of.providerId === providerId).map(([leg]) => leg);
    for (const leg of retired) leg.close(code, message);
    this.get(providerId)?.close(code, message);
  }

  get(providerId: string): Leg | undefined {
    return this.#routes.get(providerId)?.leg;
  }

  /**
   * Waits for this provider to connect, here or at another hub. `come` resolves to true when it has, or to false after
   * `ms`.
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

  /** Makes all waiting calls look again. Used when notices of connected providers may have been lost. */
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
