/** Tests of the Firestore fake with Google's own client. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Firestore, Timestamp } from '@google-cloud/firestore';
import { v1 } from '@google-cloud/firestore-api';
import { credentials } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FirestoreFake, startFirestoreFake } from './index.ts';

/** gRPC status codes. */
const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
const FAILED_PRECONDITION = 9;
const ABORTED = 10;
const UNIMPLEMENTED = 12;

let fake: FirestoreFake;
let firestore: Firestore;

function client(host: string): Firestore {
  return new Firestore({ projectId: 'unicore-test', host, ssl: false });
}

beforeEach(async () => {
  fake = await startFirestoreFake();
  firestore = client(fake.address);
});
afterEach(async () => {
  await firestore.terminate();
  await fake.close();
});

describe('documents', () => {
  test('are read as they were written', async () => {
    const fields = {
      text: 'ä',
      whole: 7,
      part: 0.5,
      yes: true,
      no: false,
      nothing: null,
      list: ['a', 1],
      map: { a: { b: 'c' } },
      at: Timestamp.fromMillis(1_700_000_000_123),
    };
    await firestore.doc('a/b').create(fields);
    expect((await firestore.doc('a/b').get()).data()).toEqual(fields);
    expect((await firestore.doc('a/none').get()).exists).toBe(false);
  });

  test('are written only if a condition holds: exists, does not exist, has not changed', async () => {
    const doc = firestore.doc('a/b');
    await expect(doc.update({ x: 1 })).rejects.toMatchObject({ code: NOT_FOUND });
    const { writeTime } = await doc.create({ x: 1 });
    await expect(doc.create({ x: 2 })).rejects.toMatchObject({ code: ALREADY_EXISTS });
    await doc.update({ y: 2 }, { lastUpdateTime: writeTime });
    const late = doc.update({ x: 3 }, { lastUpdateTime: writeTime });
    await expect(late).rejects.toMatchObject({ code: FAILED_PRECONDITION });
    expect((await doc.get()).data()).toEqual({ x: 1, y: 2 });
  });

  test('keep their update time if a write changes nothing', async () => {
    const doc = firestore.doc('a/b');
    const { writeTime } = await doc.create({ x: 1 });
    expect((await doc.update({ x: 1 })).writeTime.isEqual(writeTime)).toBe(true);
    expect((await doc.update({ x: 2 })).writeTime.isEqual(writeTime)).toBe(false);
  });

  test('change by a batch completely or not at all', async () => {
    await firestore.doc('a/there').create({});
    const batch = firestore.batch();
    batch.create(firestore.doc('a/new'), {}).create(firestore.doc('a/there'), {});
    await expect(batch.commit()).rejects.toMatchObject({ code: ALREADY_EXISTS });
    expect((await firestore.doc('a/new').get()).exists).toBe(false);
  });

  test('may not have ids that Firestore reserves', async () => {
    await expect(firestore.doc('a/__x__').create({})).rejects.toMatchObject({ code: INVALID_ARGUMENT });
  });
});

describe('transactions', () => {
  test('lose no concurrent increment, and none stays open', async () => {
    const doc = firestore.doc('a/b');
    await doc.create({ count: 0 });
    const increment = () =>
      firestore.runTransaction(async (transaction) => {
        const { count } = (await transaction.get(doc)).data()!;
        transaction.update(doc, { count: count + 1 });
      });
    await Promise.all([1, 2, 3, 4].map(increment));
    expect((await doc.get()).get('count')).toBe(4);
    expect(fake.openTransactions).toBe(0);
  });

  test('abort if a document, a missing document or a query result has changed since it was read', async () => {
    const [doc, none] = [firestore.doc('a/b'), firestore.doc('a/none')];
    const all = firestore.collection('a').where('x', '==', 1);
    await doc.create({ x: 0 });
    const changes = [
      () => doc.update({ x: 1 }),
      () => none.create({}),
      () => firestore.doc('a/c').create({ x: 1 }),
    ];
    for (const [index, read] of [doc, none, all].entries()) {
      const done = firestore.runTransaction(
        async (transaction) => {
          await transaction.get(read as typeof doc);
          await changes[index]!();
          transaction.set(firestore.doc('result/r'), { index });
        },
        { maxAttempts: 1 },
      );
      await expect(done).rejects.toMatchObject({ code: ABORTED });
    }
    expect((await firestore.doc('result/r').get()).exists).toBe(false);
    expect(fake.openTransactions).toBe(0);
  });
});

describe('queries', () => {
  const ids = async (query: FirebaseFirestore.Query) => (await query.get()).docs.map(({ id }) => id);

  beforeEach(async () => {
    const docs = {
      a: { n: 3, s: 'x' },
      b: { n: 1, s: 'x' },
      c: { n: 2, s: 'y' },
      d: { s: 'x' },
      e: { n: null },
    };
    for (const [id, fields] of Object.entries(docs)) await firestore.doc(`q/${id}`).create(fields);
    await firestore.doc('q/a/below/z').create({ n: 9 });
  });

  test('support filters, order and limit', async () => {
    const q = firestore.collection('q');
    expect(await ids(q)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await ids(q.where('s', '==', 'x').where('n', '==', 1))).toEqual(['b']);
    expect(await ids(q.where('n', '<', 3))).toEqual(['b', 'c']);
    expect(await ids(q.where('n', '>=', 2).limit(1))).toEqual(['c']);
    expect(await ids(q.where('s', '!=', 'x'))).toEqual(['c']);
    expect(await ids(q.orderBy('n', 'desc'))).toEqual(['a', 'c', 'b', 'e']);
    expect(await ids(firestore.collection('q/a/below'))).toEqual(['z']);
  });

  describe('that are not supported', () => {
    /** Switches off the retries of Google's client, which would go on for half a minute. */
    const once = { retry: null, retryRequestOptions: { retries: 0, noResponseRetries: 0 } };
    const parent = 'projects/unicore-test/databases/(default)/documents';
    const from = [{ collectionId: 'q' }];
    const filter = (fieldPath: string, op: 'EQUAL' | 'LESS_THAN' | 'IN') => ({
      fieldFilter: { field: { fieldPath }, op, value: { stringValue: 'x' } },
    });
    let raw: v1.FirestoreClient;

    beforeEach(() => {
      const [servicePath, port] = fake.address.split(':');
      const sslCreds = credentials.createInsecure();
      raw = new v1.FirestoreClient({ servicePath: servicePath!, port: Number(port), sslCreds });
    });
    afterEach(() => raw.close());

    async function drain(answers: AsyncIterable<unknown>): Promise<void> {
      for await (const _ of answers);
    }

    test('a query that needs an extra index is refused', async () => {
      const filters = [filter('s', 'EQUAL'), filter('n', 'LESS_THAN')];
      const structuredQuery = { from, where: { compositeFilter: { op: 'AND' as const, filters } } };
      const asked = drain(raw.runQuery({ parent, structuredQuery }, once));
      await expect(asked).rejects.toMatchObject({ code: FAILED_PRECONDITION });
    });

    test.each([
      ['offset', { from, offset: 1 }],
      ['allDescendants', { from: [{ collectionId: 'q', allDescendants: true }] }],
      ['where', { from, where: filter('s', 'IN') }],
    ])('%s is refused by name', async (name, structuredQuery) => {
      const asked = drain(raw.runQuery({ parent, structuredQuery }, once));
      await expect(asked).rejects.toMatchObject({
        code: UNIMPLEMENTED,
        message: expect.stringContaining(name),
      });
    });

    test('an unknown method is refused by name', async () => {
      const asked = drain(raw.runAggregationQuery({ parent }, once));
      const message = expect.stringContaining('RunAggregationQuery');
      await expect(asked).rejects.toMatchObject({ code: UNIMPLEMENTED, message });
    });
  });
});

test('billed reads, writes and deletes are counted by collection', async () => {
  await firestore.doc('a/b').create({ x: 1 });
  await firestore.doc('a/c').create({ x: 1 });
  await firestore.doc('a/none').get();
  await firestore.collection('a').get();
  await firestore.collection('empty').get();
  await firestore.doc('a/b').delete();
  expect(fake.bill()).toEqual({ reads: { a: 3, empty: 1 }, writes: { a: 2 }, deletes: { a: 1 } });
  expect(fake.bill()).toEqual({ reads: {}, writes: {}, deletes: {} });
});

test('the fake runs as a process, and keeps its documents over a restart', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'unicore-firestore-'));
  const start = async () => {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'main.ts'), '--file', join(dir, 'documents.json')],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const line = async () => JSON.parse((await lines.next()).value ?? 'null');
    const { address } = await line();
    const stop = async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const bill = await line();
      await ended;
      return bill;
    };
    return { firestore: client(address), stop };
  };
  const first = await start();
  await first.firestore.doc('a/b').create({ x: 1 });
  await first.firestore.terminate();
  expect(await first.stop()).toMatchObject({ writes: { a: 1 } });
  const second = await start();
  expect((await second.firestore.doc('a/b').get()).data()).toEqual({ x: 1 });
  await second.firestore.terminate();
  await second.stop();
  rmSync(dir, { recursive: true });
});
