/** Whose turn it is: round robin by group, then by lane, counted in bytes so that small frames lose nothing to large ones. */
import type { Lane } from './lane.ts';

/** Bytes of one turn: the largest frame fits. */
const TURN = 16 * 1024;

/** Something that takes turns, and how many bytes of its turn are left. */
class Ring<T> {
  readonly #left = new Map<T, number>();

  get size(): number {
    return this.#left.size;
  }

  /** Who is next; there is one. */
  get first(): T {
    return this.#left.keys().next().value as T;
  }

  add(item: T): void {
    if (!this.#left.has(item)) this.#left.set(item, TURN);
  }

  delete(item: T): boolean {
    return this.#left.delete(item);
  }

  /** Whoever has used its turn up goes to the back; what it took beyond is missing in its next one. */
  charge(item: T, bytes: number): void {
    const left = this.#left.get(item);
    if (left === undefined) return;
    if (left > bytes) {
      this.#left.set(item, left - bytes);
      return;
    }
    this.#left.delete(item);
    this.#left.set(item, left - bytes + TURN);
  }
}

export class FairQueue {
  readonly #groups = new Ring<string>();
  readonly #lanes = new Map<string, Ring<Lane>>();

  get empty(): boolean {
    return this.#groups.size === 0;
  }

  /** There is one: look at `empty` first. */
  get next(): Lane {
    return this.#lanes.get(this.#groups.first)!.first;
  }

  add(lane: Lane): void {
    let lanes = this.#lanes.get(lane.group);
    if (!lanes) {
      lanes = new Ring();
      this.#lanes.set(lane.group, lanes);
      this.#groups.add(lane.group);
    }
    lanes.add(lane);
  }

  delete(lane: Lane): void {
    const lanes = this.#lanes.get(lane.group);
    if (!lanes?.delete(lane) || lanes.size > 0) return;
    this.#lanes.delete(lane.group);
    this.#groups.delete(lane.group);
  }

  /** The lane has sent so many bytes of its turn. */
  charge(lane: Lane, bytes: number): void {
    this.#lanes.get(lane.group)?.charge(lane, bytes);
    this.#groups.charge(lane.group, bytes);
  }
}
