/**
 * Counts the document reads, writes and deletes that Firestore would bill, by collection. It stores only
 * numbers, so its memory use does not grow with the number of calls.
 */

export interface Bill {
  reads: Record<string, number>;
  writes: Record<string, number>;
  deletes: Record<string, number>;
}
export type Item = keyof Bill;

export class Ledger {
  #bill: Bill = empty();

  /** Counts `count` reads, writes or deletes of documents in a collection. `of` is the collection's path. */
  add(item: Item, of: string, count = 1): void {
    const collection = of.slice(of.lastIndexOf('/') + 1);
    this.#bill[item][collection] = (this.#bill[item][collection] ?? 0) + count;
  }

  /**
   * Returns the numbers of document reads, writes and deletes since the previous call of take(), or since the
   * start. Then counts again from 0.
   */
  take(): Bill {
    const bill = this.#bill;
    this.#bill = empty();
    return bill;
  }
}

function empty(): Bill {
  return { reads: {}, writes: {}, deletes: {} };
}
