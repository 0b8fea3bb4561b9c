/** All users at the relay. A user's limits are kept a little longer than its last connection. */
import { Budget, type Clock, type Leg } from '@unicore/protocol';
import type { Identity } from './deps.ts';
import { RelayUser } from './relay-user.ts';

/**
 * How long a user's rate limiters are kept after its last connection. By then they are full again, so reconnecting
 * gains nothing.
 */
const FORGET_MS = 10_000;

export class RelayUsers {
  readonly #clock: Clock;
  readonly #waiting: Budget;
  readonly #byUser = new Map<string, RelayUser>();
  readonly #byLeg = new Map<Leg, { consumer: RelayUser; identity: Identity }>();

  /** queueBytes: bytes that may wait in the whole hub. */
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

  /** The user of this leg. */
  at(leg: Leg): { consumer: RelayUser; identity: Identity } | undefined {
    return this.#byLeg.get(leg);
  }

  /**
   * The user's state, created if needed; the user need not have a leg here. Call settle() when one of its channels
   * ends.
   */
  of(userId: string): RelayUser {
    const known = this.#byUser.get(userId);
    if (known) return known;
    const consumer = new RelayUser(this.#clock, this.#waiting);
    this.#byUser.set(userId, consumer);
    return consumer;
  }

  /** Called when a leg or channel of this user ended. If it was the last, the user is forgotten after a while. */
  settle(userId: string): void {
    const consumer = this.#byUser.get(userId);
    if (!consumer?.absent) return;
    this.#clock.after(FORGET_MS, () => {
      if (consumer.absent && this.#byUser.get(userId) === consumer) this.#byUser.delete(userId);
    });
  }

  /** Bytes that wait in the hub, by kind of peer. */
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
