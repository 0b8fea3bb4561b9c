/** Whose turn it is: round robin by group, then by queue, counted in bytes so that small frames lose nothing to large ones. */
import type { SendQueue } from './send-queue.ts';

/** Bytes of one turn: the largest frame fits. */
const TURN = 16 * 1024;

/** Who takes turns, the next one first, and how many bytes of its turn are left. Mostly it is the first that something is about. */
class Ring<T> {
  readonly #turns: { readonly of: T; left: number }[] = [];

  get size(): number {
    return this.#turns.length;
  }

  /** Who is next; there is one. */
  get first(): T {
    return this.#turns[0]!.of;
  }

  /** It is not here yet. */
  add(item: T): void {
    this.#turns.push({ of: item, left: TURN });
  }

  delete(item: T): void {
    const at = this.#find(item);
    if (at !== -1) this.#turns.splice(at, 1);
  }

  /** Whoever has used its turn up goes to the back; what it took beyond is missing in its next one. */
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

  /** There is one: look at `empty` first. */
  get next(): SendQueue {
    return this.#queues.get(this.#groups.first)!.first;
  }

  /** It is not here yet. */
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

  /** The queue has sent so many bytes of its turn. */
  charge(queue: SendQueue, bytes: number): void {
    this.#queues.get(queue.group)?.charge(queue, bytes);
    this.#groups.charge(queue.group, bytes);
  }
}
