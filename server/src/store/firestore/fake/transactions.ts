/** Transactions with optimistic concurrency: what one has read must be the same when it commits, or it is ABORTED. */
import { randomBytes } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { Refusal } from './refusal.ts';

/** Firestore ends a transaction that was idle for as long. */
const IDLE_MS = 60_000;

interface Transaction {
  usedAt: number;
  /** Whether what was read is still so. */
  checks: (() => boolean)[];
}

export class Transactions {
  /** Those idle longest first. */
  readonly #open = new Map<string, Transaction>();

  get size(): number {
    return this.#open.size;
  }

  /** Returns the id, in hexadecimal. */
  begin(): string {
    this.#forget();
    const id = randomBytes(8).toString('hex');
    this.#open.set(id, { usedAt: performance.now(), checks: [] });
    return id;
  }

  /** same: asked at the commit. */
  read(id: string, same: () => boolean): void {
    const transaction = this.#get(id);
    transaction.checks.push(same);
    transaction.usedAt = performance.now();
    this.#open.delete(id);
    this.#open.set(id, transaction);
  }

  /** It is over, however this ends. */
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
