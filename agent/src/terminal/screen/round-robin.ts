/**
 * A round-robin scheduler: one slice of work per turn of the event loop. So a flood of output in many terminals delays a
 * keystroke in another terminal by only one slice.
 */

/** Does one slice of work. Returns true if there is more. */
type Slice = () => boolean;

export class RoundRobin {
  readonly #queue = new Set<Slice>();
  #scheduled = false;

  /** Queues the slice. Adding it again before its turn changes nothing. */
  add(slice: Slice): void {
    this.#queue.add(slice);
    this.#schedule();
  }

  remove(slice: Slice): void {
    this.#queue.delete(slice);
  }

  #schedule(): void {
    if (this.#scheduled || this.#queue.size === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#turn();
      this.#schedule();
    });
  }

  #turn(): void {
    const next = this.#queue.values().next();
    if (next.done) return;
    const slice = next.value;
    // A slice with more work goes to the back of the queue.
    this.#queue.delete(slice);
    if (slice()) this.#queue.add(slice);
  }
}
