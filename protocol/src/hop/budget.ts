/** A limit for what waits in the hops of a process. Beyond it whoever has most waiting loses it, and nobody else notices. */
export interface Purgeable {
  /** What kind of peer it waits for. */
  readonly to: string;
  readonly queued: number;
  purge(): void;
}

export class Budget {
  readonly #bytes: number;
  readonly #whole: Budget | undefined;
  readonly #waiting = new Set<Purgeable>();
  #used = 0;

  /** bytes: that may wait at once. whole: a budget of which this one is a part. */
  constructor(bytes: number, whole?: Budget) {
    this.#bytes = bytes;
    this.#whole = whole;
  }

  /** Bytes that wait. */
  get used(): number {
    return this.#used;
  }

  /** The same by kind of peer. */
  get usedTo(): Map<string, number> {
    const used = new Map<string, number>();
    for (const { to, queued } of this.#waiting) used.set(to, (used.get(to) ?? 0) + queued);
    return used;
  }

  /** The queue has grown by so many bytes, or shrunk. */
  changed(queue: Purgeable, bytes: number): void {
    this.#used += bytes;
    if (queue.queued === 0) this.#waiting.delete(queue);
    else this.#waiting.add(queue);
    this.#whole?.changed(queue, bytes);
  }

  /** Called where something was added. */
  enforce(): void {
    while (this.#used > this.#bytes) this.#largest().purge();
    this.#whole?.enforce();
  }

  #largest(): Purgeable {
    let largest: Purgeable | undefined;
    for (const queue of this.#waiting) if (!largest || queue.queued > largest.queued) largest = queue;
    // Something waits, or nothing would be used.
    return largest!;
  }
}
