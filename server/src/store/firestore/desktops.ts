/** The desktops in Firestore, a document for each user. */
import { z } from 'zod';
import { DesktopRow, type ReceiptRow } from '../rows.ts';
import type { Query } from './calls.ts';
import type { Database } from './database.ts';
import { Marks, marksWith, newMark, wrote } from './marks.ts';
import { oldestFirst, rowOf } from './reading.ts';
import { newReceipt, receiptPath } from './receipts.ts';
import { create, replace } from './writes.ts';

/** The part of a document that a compare-and-set needs. The rest may be invalid, and is replaced anyway. */
const Revision = z.object({ rev: DesktopRow.shape.rev, marks: Marks });

export class Desktops {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async byUser(userId: string): Promise<DesktopRow | undefined> {
    return rowOf(DesktopRow, await this.#db.settle((calls) => calls.get(pathOf(userId))));
  }

  async bySession(sessionId: string): Promise<DesktopRow | undefined> {
    const found = await this.#query({ where: [['sessionId', 'EQUAL', sessionId]] });
    return oldestFirst(DesktopRow, found).at(-1);
  }

  async list(): Promise<DesktopRow[]> {
    return oldestFirst(DesktopRow, await this.#query({ where: [['listed', 'EQUAL', true]] }));
  }

  /**
   * Compare-and-set by `rev`. The field `listed` is true while the desktop is not over, so that a query needs
   * only an equality condition. Nothing is written if the receipt, which comes with the end, cannot be written.
   */
  async replace(desktop: DesktopRow, receipt?: ReceiptRow): Promise<boolean> {
    const paid = receipt && newReceipt(receipt);
    const mark = newMark();
    const path = pathOf(desktop.userId);
    const rev = desktop.rev + 1;
    return this.#db.settle(async (calls, again) => {
      const found = await calls.get(path);
      const { rev: now, marks } = found ? Revision.parse(found.fields) : { rev: 0, marks: [] };
      if (now !== desktop.rev) return again && wrote('desktop', mark, rev, now, marks);
      const listed = desktop.endedAt === null;
      const fields = { ...desktop, rev, listed, marks: marksWith(marks, mark) };
      const writes = [found ? replace(path, fields, found) : create(path, fields)];
      // The first attempt does without this read, because hardly any session has a receipt before its end.
      if (paid && !(again && (await calls.get(receiptPath(desktop.sessionId))))) writes.push(paid);
      await calls.commit(...writes);
      return true;
    });
  }

  #query(query: Query) {
    return this.#db.settle((calls) => calls.query('desktops', query));
  }
}

function pathOf(userId: string): string {
  return `desktops/${userId}`;
}
