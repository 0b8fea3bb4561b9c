/**
 * A limit for the bytes that wait in all hops of a process. Beyond it, the longest queue is dropped; the others are not
 * affected.
 */
export interface Purgeable {
  /** The kind of peer that a queue's bytes wait for. */
  readonly to: string;
  readonly queued: number;
  purge(): void;
}

export class Budget {
  readonly #bytes: number;
  readonly #whole: Budget | undefined;
  readonly #waiting = new Set<Purgeable>();
  #used = 0;

  /** bytes: how many may wait at once. whole: a larger budget that this one is part of. */
  constructor(bytes: number, whole?: Budget) {
    this.#bytes = bytes;
    this.#whole = whole;
  }

  /** Bytes that wait now. */
  get used(): number {
    return this.#used;
  }

  /** Bytes that wait now, by kind of peer. */
  get usedTo(): Map<string, number> {
    const used = new Map<string, number>();
    for (const { to, queued } of this.#waiting) used.set(to, (used.get(to) ?? 0) + queued);
    return used;
  }

  /** Call when a queue has grown by this many bytes; negative if it has shrunk. */
  changed(queue: Purgeable, bytes: number): void {
    this.#used += bytes;
    if (queue.queued === 0) this.#waiting.delete(queue);
    else this.#waiting.add(queue);
    this.#whole?.changed(queue, bytes);
  }

  /** Drops the longest queues until the limit holds. Call it after a queue has grown. */
  enforce(): void {
    while (this.#used > this.#bytes) this.#largest().purge();
    this.#whole?.enforce();
  }

  #largest(): Purgeable {
    let largest: Purgeable | undefined;
    for (const queue of this.#waiting) if (!largest || queue.queued > largest.queued) largest = queue;
    // There is at least one queue, since some bytes are in use.
    return largest!;
  }
}
