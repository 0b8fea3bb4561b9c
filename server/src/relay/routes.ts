/** Where each provider is: its newest leg, by the connection number that the agent raises with every socket. */
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
  readonly #waiting = new Map<string, Set<(leg: Leg) => void>>();
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
    const waiting = this.#waiting.get(providerId);
    this.#waiting.delete(providerId);
    for (const found of waiting ?? []) found(leg);
    if (current) this.#retire(providerId, current.leg);
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
