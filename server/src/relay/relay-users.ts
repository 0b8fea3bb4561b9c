/**
 * All users at the relay. The relay keeps a user's rate limiters for a short time after the last connection.
 */
import { Budget, type Clock, type Leg } from '@unicore/protocol';
import type { Identity } from './deps.ts';
import { RelayUser } from './relay-user.ts';

/**
 * How long a user's rate limiters are kept after the last connection, ms. By then the limiters are full
 * again, so a user gains nothing by reconnecting.
 */
const FORGET_MS = 10_000;

export class RelayUsers {
  readonly #clock: Clock;
  readonly #waiting: Budget;
  readonly #byUser = new Map<string, RelayUser>();
  readonly #byLeg = new Map<Leg, { consumer: RelayUser; identity: Identity }>();

  /** `queueBytes` is the maximum number of bytes that may wait in the whole hub. */
  constructor(clock: Clock, queueBytes: number) {
    this.#clock = clock;
    this.#waiting = new Budget(queueBytes);
  }

  enter(leg: Leg, identity: Identity): void {
    const consumer = this.of(identity.userId);
    consumer.legs.set(leg, identity);
    this.#byLeg.set(leg, { consumer, identity });
  }

  leave(leg: Leg): void {
    const at = this.#byLeg.get(leg);
    if (!at) return;
    this.#byLeg.delete(leg);
    at.consumer.legs.delete(leg);
    this.settle(at.identity.userId);
  }

  /** Returns the user of this connection. */
  at(leg: Leg): { consumer: RelayUser; identity: Identity } | undefined {
    return this.#byLeg.get(leg);
  }

  /**
   * Returns the user's state, and creates it if needed. The user need not be connected to this hub. The
   * caller must call `settle()` when one of the user's channels ends.
   */
  of(userId: string): RelayUser {
    const known = this.#byUser.get(userId);
    if (known) return known;
    const consumer = new RelayUser(this.#clock, this.#waiting);
    this.#byUser.set(userId, consumer);
    return consumer;
  }

  /**
   * Called when a connection or channel of this user has ended. After the last one, the user's state is
   * deleted after a delay.
   */
  settle(userId: string): void {
    const consumer = this.#byUser.get(userId);
    if (!consumer?.absent) return;
    this.#clock.after(FORGET_MS, () => {
      if (consumer.absent && this.#byUser.get(userId) === consumer) this.#byUser.delete(userId);
    });
  }

  /** Returns the number of bytes that wait in the hub for each kind of peer. */
  get waiting(): ReadonlyMap<string, number> {
    return this.#waiting.usedTo;
  }

  known(userId: string): RelayUser | undefined {
    return this.#byUser.get(userId);
  }

  all(): IterableIterator<RelayUser> {
    return this.#byUser.values();
  }
}
