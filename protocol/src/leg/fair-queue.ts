/**
 * Fair queueing: round robin between groups, and within a group between its send queues. A turn is a number
 * of bytes, so a queue with small frames has no disadvantage.
 */
import type { SendQueue } from './send-queue.ts';

/** The number of bytes that may be sent in one turn: about as many as the largest frame has. */
const TURN = 16 * 1024;

/**
 * A list of items that take turns, with the number of bytes that each item may still send in its turn. Most
 * calls concern the first item, so a plain array is fast enough.
 */
class Ring<T> {
  readonly #turns: { readonly of: T; left: number }[] = [];

  get size(): number {
    return this.#turns.length;
  }

  /** The item that has its turn now. The ring must not be empty. */
  get first(): T {
    return this.#turns[0]!.of;
  }

  /** Adds an item that is not in the ring yet. */
  add(item: T): void {
    this.#turns.push({ of: item, left: TURN });
  }

  delete(item: T): void {
    const at = this.#find(item);
    if (at !== -1) this.#turns.splice(at, 1);
  }

  /**
   * Counts sent bytes against an item's turn. An item that has used up its turn goes to the end of the ring.
   * Excess bytes are taken from its next turn.
   */
  charge(item: T, bytes: number): void {
    const at = this.#find(item);
    if (at === -1) return;
    const turn = this.#turns[at]!;
    turn.left -= bytes;
    if (turn.left > 0) return;
    turn.left += TURN;
    this.#turns.splice(at, 1);
    this.#turns.push(turn);
  }

  #find(item: T): number {
    return this.#turns.findIndex((turn) => turn.of === item);
  }
}

export class FairQueue {
  readonly #groups = new Ring<string>();
  readonly #queues = new Map<string, Ring<SendQueue>>();

  get empty(): boolean {
    return this.#groups.size === 0;
  }

  /** The send queue that has its turn now. Check `empty` first, because at least one send queue must exist. */
  get next(): SendQueue {
    return this.#queues.get(this.#groups.first)!.first;
  }

  /** Adds a send queue. The same send queue must not be added twice. */
  add(queue: SendQueue): void {
    let queues = this.#queues.get(queue.group);
    if (!queues) {
      queues = new Ring();
      this.#queues.set(queue.group, queues);
      this.#groups.add(queue.group);
    }
    queues.add(queue);
  }

  delete(queue: SendQueue): void {
    const queues = this.#queues.get(queue.group);
    queues?.delete(queue);
    if (queues?.size !== 0) return;
    this.#queues.delete(queue.group);
    this.#groups.delete(queue.group);
  }

  /** Counts sent bytes against the turn of a send queue and the turn of its group. */
  charge(queue: SendQueue, bytes: number): void {
    this.#queues.get(queue.group)?.charge(queue, bytes);
    this.#groups.charge(queue.group, bytes);
  }
}
