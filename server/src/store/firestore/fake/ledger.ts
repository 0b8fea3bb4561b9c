/**
 * Counts what Firestore would bill: documents read, written and deleted, by collection. It holds numbers only, so it
 * does not grow.
 */

export interface Bill {
  reads: Record<string, number>;
  writes: Record<string, number>;
  deletes: Record<string, number>;
}
export type Item = keyof Bill;

export class Ledger {
  #bill: Bill = empty();

  /** of: the collection's path. */
  add(item: Item, of: string, count = 1): void {
    const collection = of.slice(of.lastIndexOf('/') + 1);
    this.#bill[item][collection] = (this.#bill[item][collection] ?? 0) + count;
  }

  /** Returns the counts since the last call of take(). */
  take(): Bill {
    const bill = this.#bill;
    this.#bill = empty();
    return bill;
  }
}

function empty(): Bill {
  return { reads: {}, writes: {}, deletes: {} };
}
