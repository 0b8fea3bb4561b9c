/**
 * The timers of a simulated clock in a binary heap, with the next timer at the top. A cancelled timer is
 * removed when it reaches the top.
 */
export interface Timer {
  readonly at: number;
  /**
   * A number that is higher for each timer that is set later. Timers that are due at the same moment run in
   * this order.
   */
  readonly order: number;
  /** The callback; undefined once the timer has run or was cancelled. */
  run: (() => void) | undefined;
}

export class Timers {
  readonly #heap: Timer[] = [];

  /** The next timer that still has to run; undefined if there is none. */
  get first(): Timer | undefined {
    while (this.#heap.length > 0 && !this.#heap[0]!.run) this.#removeFirst();
    return this.#heap[0];
  }

  add(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(timer, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = timer;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}

function before(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
