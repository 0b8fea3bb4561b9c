/** The providers' sockets at this hub: of each the newest, by the connection number that the agent raises with every socket. */
import { type Clock, type ErrorCode, type Leg, spread, UniCoreError } from '@unicore/protocol';

/** A replaced leg that channels are still on then (their consumers do not react, or it is dead) is closed all the same. */
const RETIRE_MS = 15_000;

interface Route {
  leg: Leg;
  connSeq: number;
}

export class Routes {
  readonly #clock: Clock;
  readonly #routes = new Map<string, Route>();
  /** Who waits for a provider to come. */
  readonly #waiting = new Map<string, Set<() => void>>();
  /** Replaced, with their last channels still on them; by each, how to stop waiting for it. */
  readonly #retired = new Map<Leg, { providerId: string; cancel: () => void }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Makes this leg the provider's route. What is on the older one moves here a few channels at a time, and the last that
   * leaves closes it. A connection older than the current one throws SUPERSEDED: it was slow to get here.
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

  /** The provider has this connection at another hub. Says whether that took the place of one here. */
  elsewhere(providerId: string, connSeq: number): boolean {
    this.#come(providerId);
    const current = this.#routes.get(providerId);
    if (!current || current.connSeq >= connSeq) return false;
    this.#routes.delete(providerId);
    this.#retire(providerId, current.leg);
    return true;
  }

  /** No channel is on this leg any more. */
  idle(leg: Leg): void {
    if (this.#retired.has(leg)) leg.close('SUPERSEDED', 'A newer connection of this provider took over.');
  }

  /** The leg closed. Says whether it was the route. */
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

  /** Tells once, within so many ms, whether this provider has come: here, or to another hub. */
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

  /** Nobody may have told that a provider came: all who wait for one are to look again. */
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
