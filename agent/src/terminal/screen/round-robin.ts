/**
 * A round-robin scheduler. It does one slice of work per turn of the event loop. So a keystroke in one
 * terminal waits for only one slice, even if many other terminals have much output.
 */

/** Does one slice of work. Returns true if there is more work. */
type Slice = () => boolean;

export class RoundRobin {
  readonly #queue = new Set<Slice>();
  #scheduled = false;

  /** Adds the slice to the queue. If the slice is already in the queue, nothing changes. */
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
