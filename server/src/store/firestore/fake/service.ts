/**
 * Implements Firestore's methods on the fake's documents. Each method turns a request into answers
 * synchronously. This module does not use sockets.
 */
import { collectionOf, type Document, type Documents, timeOf } from './documents.ts';
import type { Method } from './faults.ts';
import type { Ledger } from './ledger.ts';
import { BatchGet, BeginTransaction, Commit, parse, Rollback, RunQuery } from './messages.ts';
import { runQuery } from './query.ts';
import { Transactions } from './transactions.ts';

export interface ServiceDeps {
  documents: Documents;
  ledger: Ledger;
  /** Called after each commit. */
  changed: () => void;
}

type Asked = { transaction?: string | undefined; newTransaction?: object | undefined };

export class Service {
  readonly #deps: ServiceDeps;
  readonly #transactions = new Transactions();

  constructor(deps: ServiceDeps) {
    this.#deps = deps;
  }

  get openTransactions(): number {
    return this.#transactions.size;
  }

  /** Returns the answers to one request. A method without streaming has exactly one answer. */
  readonly answer: Record<Method, (request: unknown) => object[]> = {
    BatchGetDocuments: (request) => this.#batchGet(parse(BatchGet, 'BatchGetDocuments', request)),
    RunQuery: (request) => this.#runQuery(parse(RunQuery, 'RunQuery', request)),
    Commit: (request) => [this.#commit(parse(Commit, 'Commit', request))],
    BeginTransaction: (request) => {
      parse(BeginTransaction, 'BeginTransaction', request);
      return [{ transaction: bytesOf(this.#transactions.begin()) }];
    },
    Rollback: (request) => {
      this.#transactions.rollback(parse(Rollback, 'Rollback', request).transaction);
      return [{}];
    },
  };

  #batchGet({ documents: names, ...asked }: ReturnType<typeof BatchGet.parse>): object[] {
    const { documents, ledger } = this.#deps;
    const { transaction, answers } = this.#begin(asked);
    const readTime = timeOf(documents.now());
    for (const name of names) {
      const found = documents.get(name);
      ledger.add('reads', collectionOf(name));
      this.#watch(transaction, () => documents.get(name)?.updateTime === found?.updateTime);
      answers.push(found ? { found: messageOf(found), readTime } : { missing: name, readTime });
    }
    return answers;
  }

  #runQuery({ parent, structuredQuery, ...asked }: ReturnType<typeof RunQuery.parse>): object[] {
    const { documents, ledger } = this.#deps;
    const { transaction, answers } = this.#begin(asked);
    const ask = () => runQuery(documents, parent, structuredQuery);
    const found = ask();
    // Firestore bills one read for a query without results.
    ledger.add('reads', structuredQuery.from[0].collectionId, Math.max(1, found.length));
    const versions = versionsOf(found);
    this.#watch(transaction, () => versionsOf(ask()) === versions);
    const readTime = timeOf(documents.now());
    answers.push(...found.map((document) => ({ document: messageOf(document), readTime })));
    if (found.length === 0) answers.push({ readTime });
    return answers;
  }

  #commit({ writes, transaction }: ReturnType<typeof Commit.parse>): object {
    const { documents, ledger, changed } = this.#deps;
    if (transaction !== undefined) this.#transactions.finish(transaction);
    const { time, updated } = documents.commit(writes);
    for (const write of writes) {
      if ('delete' in write) ledger.add('deletes', collectionOf(write.delete));
      else ledger.add('writes', collectionOf(write.update.name));
    }
    changed();
    return {
      commitTime: timeOf(time),
      writeResults: updated.map((at) => ({ updateTime: timeOf(at) })),
    };
  }

  /**
   * Returns the transaction of a read. If the read starts a transaction, the first answer contains the new
   * transaction's id.
   */
  #begin({ transaction, newTransaction }: Asked): { transaction: string | undefined; answers: object[] } {
    if (!newTransaction) return { transaction, answers: [] };
    const begun = this.#transactions.begin();
    return { transaction: begun, answers: [{ transaction: bytesOf(begun) }] };
  }

  #watch(transaction: string | undefined, same: () => boolean): void {
    if (transaction !== undefined) this.#transactions.read(transaction, same);
  }
}

function messageOf({ name, fields, createTime, updateTime }: Document): object {
  return { name, fields, createTime: timeOf(createTime), updateTime: timeOf(updateTime) };
}

function versionsOf(documents: Document[]): string {
  return JSON.stringify(documents.map(({ name, updateTime }) => [name, updateTime]));
}

function bytesOf(id: string): Buffer {
  return Buffer.from(id, 'hex');
}
