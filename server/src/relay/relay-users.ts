/** The users at the relay, each remembered a little longer than it is there. */
import { Budget, type Clock, type Leg } from '@unicore/protocol';
import type { Identity } from './deps.ts';
import { RelayUser } from './relay-user.ts';

/** By then a user's rates are whole again: whoever comes back sooner has not won new ones. */
const FORGET_MS = 10_000;

export class RelayUsers {
  readonly #clock: Clock;
  readonly #waiting: Budget;
  readonly #byUser = new Map<string, RelayUser>();
  readonly #byLeg = new Map<Leg, { consumer: RelayUser; identity: Identity }>();

  /** queueBytes: what may wait in the whole hub. */
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

  /** Who is at this leg. */
  at(leg: Leg): { consumer: RelayUser; identity: Identity } | undefined {
    return this.#byLeg.get(leg);
  }

  /** This user, who need not have a leg here; settle() when one of its channels ended. */
  of(userId: string): RelayUser {
    const known = this.#byUser.get(userId);
    if (known) return known;
    const consumer = new RelayUser(this.#clock, this.#waiting);
    this.#byUser.set(userId, consumer);
    return consumer;
  }

  /** Something of this user ended: if it was the last, the user is forgotten after a while. */
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
