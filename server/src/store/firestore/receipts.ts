/** The receipts of desktops in Firestore, a document for each session. */
import { ReceiptRow } from '../rows.ts';
import type { Query } from './calls.ts';
import type { Database } from './database.ts';
import { rowOf } from './reading.ts';
import { create, type Write } from './writes.ts';

/** The most decimal digits that a time in milliseconds can have. */
const TIME_DIGITS = String(Number.MAX_SAFE_INTEGER).length;

export class Receipts {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async get(sessionId: string): Promise<ReceiptRow | undefined> {
    return rowOf(ReceiptRow, await this.#db.settle((calls) => calls.get(receiptPath(sessionId))));
  }

  async newest(userId: string, limit: number): Promise<ReceiptRow[]> {
    const query: Query = {
      where: [
        ['byUser', 'GREATER_THAN_OR_EQUAL', sortKey(userId, 0)],
        ['byUser', 'LESS_THAN_OR_EQUAL', sortKey(userId, Number.MAX_SAFE_INTEGER)],
      ],
      orderBy: 'byUser',
      limit,
    };
    const found = await this.#db.settle((calls) => calls.query('receipts', query));
    return found.map(({ fields }) => ReceiptRow.parse(fields));
  }
}

/** Creates the document of a receipt. The write fails if the session has one. Throws if the receipt is invalid. */
export function newReceipt(given: ReceiptRow): Write {
  const receipt = ReceiptRow.parse(given);
  const { sessionId, userId, endedAt } = receipt;
  return create(receiptPath(sessionId), { ...receipt, byUser: sortKey(userId, endedAt) });
}

export function receiptPath(sessionId: string): string {
  return `receipts/${sessionId}`;
}

/**
 * Returns the value of the field `byUser`, by which a user's receipts are both found and sorted. Two fields
 * would need an extra index.
 */
function sortKey(userId: string, endedAt: number): string {
  return `${userId}:${String(endedAt).padStart(TIME_DIGITS, '0')}`;
}
