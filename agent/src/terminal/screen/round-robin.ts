/**
 * Work in slices, one slice per turn of the event loop, whoever it is for: a flood in many terminals then delays a
 * keystroke in another one by a single slice.
 */

/** Does one slice. True when there is more to do. */
type Slice = () => boolean;

export class RoundRobin {
  readonly #queue = new Set<Slice>();
  #scheduled = false;

  /** The slice will get its turn; asking again before that changes nothing. */
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
    // Whoever has more to do goes to the back.
    this.#queue.delete(slice);
    if (slice()) this.#queue.add(slice);
  }
}
