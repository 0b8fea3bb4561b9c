/**
 * Limits the bytes that wait in all hops of a process. Above the limit, the longest queue is dropped. The
 * other queues are not affected.
 */
export interface Purgeable {
  /** The kind of peer to which the bytes in this queue will be sent. */
  readonly to: string;
  readonly queued: number;
  purge(): void;
}

export class Budget {
  readonly #bytes: number;
  readonly #whole: Budget | undefined;
  readonly #waiting = new Set<Purgeable>();
  #used = 0;

  /**
   * `bytes` is the most bytes that may wait at once in the queues of this budget. `whole` is a larger budget:
   * the bytes of this budget also count in it.
   */
  constructor(bytes: number, whole?: Budget) {
    this.#bytes = bytes;
    this.#whole = whole;
  }

  /** Number of bytes that wait now in all queues of this budget. */
  get used(): number {
    return this.#used;
  }

  /** Number of bytes that wait now, for each kind of peer. */
  get usedTo(): Map<string, number> {
    const used = new Map<string, number>();
    for (const { to, queued } of this.#waiting) used.set(to, (used.get(to) ?? 0) + queued);
    return used;
  }

  /**
   * Call this method when a queue has grown by this many bytes. The number is negative if the queue has
   * shrunk.
   */
  changed(queue: Purgeable, bytes: number): void {
    this.#used += bytes;
    if (queue.queued === 0) this.#waiting.delete(queue);
    else this.#waiting.add(queue);
    this.#whole?.changed(queue, bytes);
  }

  /**
   * Drops the longest queues until the waiting bytes are within the limit. Call this method after a queue has
   * grown.
   */
  enforce(): void {
    while (this.#used > this.#bytes) this.#largest().purge();
    this.#whole?.enforce();
  }

  #largest(): Purgeable {
    let largest: Purgeable | undefined;
    for (const queue of this.#waiting) if (!largest || queue.queued > largest.queued) largest = queue;
    // Some bytes are waiting, so at least one queue exists.
    return largest!;
  }
}
