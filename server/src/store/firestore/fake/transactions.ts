/**
 * Transactions with optimistic concurrency. A commit fails with ABORTED if data that the transaction read has
 * changed since then.
 */
import { randomBytes } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { Refusal } from './refusal.ts';

/** Firestore ends a transaction that was idle for this long, ms. */
const IDLE_MS = 60_000;

interface Transaction {
  usedAt: number;
  /**
   * Checks that run at the commit. Each check returns true if one read of the transaction would still give
   * the same result.
   */
  checks: (() => boolean)[];
}

export class Transactions {
  /** Open transactions. The transaction that was idle longest comes first. */
  readonly #open = new Map<string, Transaction>();

  get size(): number {
    return this.#open.size;
  }

  /** Starts a transaction. Returns the transaction's id in hexadecimal. */
  begin(): string {
    this.#forget();
    const id = randomBytes(8).toString('hex');
    this.#open.set(id, { usedAt: performance.now(), checks: [] });
    return id;
  }

  /**
   * Records a read of the transaction. The commit calls `same`, which returns true if the data is unchanged.
   */
  read(id: string, same: () => boolean): void {
    const transaction = this.#get(id);
    transaction.checks.push(same);
    transaction.usedAt = performance.now();
    this.#open.delete(id);
    this.#open.set(id, transaction);
  }

  /** Ends the transaction. Throws ABORTED if data that the transaction read has changed. */
  finish(id: string): void {
    const { checks } = this.#get(id);
    this.#open.delete(id);
    if (!checks.every((same) => same()))
      throw new Refusal(status.ABORTED, 'Too much contention on these documents. Please try again.');
  }

  rollback(id: string): void {
    this.#get(id);
    this.#open.delete(id);
  }

  #get(id: string): Transaction {
    this.#forget();
    const transaction = this.#open.get(id);
    if (transaction) return transaction;
    throw new Refusal(
      status.INVALID_ARGUMENT,
      'The referenced transaction has expired or is no longer valid.',
    );
  }

  #forget(): void {
    const oldest = performance.now() - IDLE_MS;
    for (const [id, { usedAt }] of this.#open) {
      if (usedAt > oldest) break;
      this.#open.delete(id);
    }
  }
}
