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

  /** `of` is the path of the collection. */
  add(item: Item, of: string, count = 1): void {
    const collection = of.slice(of.lastIndexOf('/') + 1);
    this.#bill[item][collection] = (this.#bill[item][collection] ?? 0) + count;
  }

  /** Returns the counts since the previous call of `take()`. */
  take(): Bill {
    const bill = this.#bill;
    this.#bill = empty();
    return bill;
  }
}

function empty(): Bill {
  return { reads: {}, writes: {}, deletes: {} };
}
