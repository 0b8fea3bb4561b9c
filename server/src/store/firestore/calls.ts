/**
 * The Firestore calls that the store needs. All calls of one operation share a deadline. Paths are relative
 * to the store's root document.
 */
import type { protos, v1 } from '@google-cloud/firestore-api';
import { commitError } from './errors.ts';
import type { Found } from './found.ts';
import { decodeFields, encode } from './values.ts';
import type { Write } from './writes.ts';

type Operator = 'EQUAL' | 'LESS_THAN_OR_EQUAL' | 'GREATER_THAN_OR_EQUAL';
type Document = protos.google.firestore.v1.IDocument;

/**
 * A query. Without `orderBy` the results have no defined order. Conditions on several fields must all use
 * EQUAL, and `orderBy` goes only with conditions on the same field. Firestore would need an extra index for
 * other queries.
 */
export interface Query {
  where?: readonly (readonly [field: string, op: Operator, value: unknown])[];
  /** The field to sort by, in descending order. */
  orderBy?: string;
  limit?: number;
}

export interface Connection {
  client: v1.FirestoreClient;
  /** projects/PROJECT/databases/DATABASE */
  database: string;
  /** The parent document of the store's collections. */
  root: string;
  headers: Record<string, string>;
}

export class Calls {
  readonly #to: Connection;
  readonly #deadline: number;
  readonly #callMs: number;

  /**
   * `deadline` is a time of performance.now(), in ms. `callMs` is the timeout of one read of documents or one
   * commit.
   */
  constructor(to: Connection, deadline: number, callMs: number) {
    this.#to = to;
    this.#deadline = deadline;
    this.#callMs = callMs;
  }

  async get(path: string): Promise<Found | undefined> {
    const [found] = await this.getAll(path);
    return found;
  }

  /** Reads documents. The results have the same order as the paths. */
  async getAll(...paths: string[]): Promise<(Found | undefined)[]> {
    const { client, database, root } = this.#to;
    const documents = paths.map((path) => `${root}/${path}`);
    // GetDocument is not used, because its error NOT_FOUND could also mean that the database does not exist.
    const answers: AsyncIterable<protos.google.firestore.v1.IBatchGetDocumentsResponse> =
      client.batchGetDocuments({ database, documents }, this.#options(this.#callMs));
    const found = new Map<string, Found>();
    for await (const answer of answers)
      if (answer.found) found.set(answer.found.name!, foundIn(answer.found));
    return documents.map((name) => found.get(name));
  }

  async query(collection: string, { where = [], orderBy, limit }: Query = {}): Promise<Found[]> {
    const { client, root } = this.#to;
    const filters = where.map(([fieldPath, op, value]) => ({
      fieldFilter: { field: { fieldPath }, op, value: encode(value) },
    }));
    const request: protos.google.firestore.v1.IRunQueryRequest = {
      parent: root,
      structuredQuery: {
        from: [{ collectionId: collection }],
        ...(filters.length > 0 && { where: { compositeFilter: { op: 'AND', filters } } }),
        ...(orderBy !== undefined && {
          orderBy: [{ field: { fieldPath: orderBy }, direction: 'DESCENDING' }],
        }),
        ...(limit !== undefined && { limit: { value: limit } }),
      },
    };
    const answers: AsyncIterable<protos.google.firestore.v1.IRunQueryResponse> = client.runQuery(
      request,
      // A query that returns many documents may use all of the time that remains for the operation.
      this.#options(Number.POSITIVE_INFINITY),
    );
    const found: Found[] = [];
    for await (const { document } of answers) if (document) found.push(foundIn(document));
    return found;
  }

  /**
   * Applies either all writes or none. Throws Beaten if a document does not meet the condition of a write.
   */
  async commit(...writes: Write[]): Promise<void> {
    const { client, database, root } = this.#to;
    const request = { database, writes: writes.map((write) => write((path) => `${root}/${path}`)) };
    try {
      await client.commit(request, this.#options(this.#callMs));
    } catch (error) {
      throw commitError(error);
    }
  }

  /**
   * Returns the options of one call: a timeout, and no automatic retries. Google's library would retry for
   * ten minutes, long after the caller has got an error.
   */
  #options(most: number) {
    const left = this.#deadline - performance.now();
    return {
      timeout: Math.max(1, Math.ceil(Math.min(most, left))),
      retry: null,
      retryRequestOptions: { retries: 0, noResponseRetries: 0 },
      otherArgs: { headers: this.#to.headers },
    };
  }
}

function foundIn({ name, fields, createTime, updateTime }: Document): Found {
  const id = name!.slice(name!.lastIndexOf('/') + 1);
  return { id, fields: decodeFields(fields), createTime: createTime!, updateTime: updateTime! };
}
