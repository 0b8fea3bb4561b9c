/** The Firestore calls that the store needs, all bounded by one deadline. Paths are relative to the store's root. */
import type { protos, v1 } from '@google-cloud/firestore-api';
import { commitError } from './errors.ts';
import type { Found } from './found.ts';
import { decodeFields, encode } from './values.ts';
import type { Write } from './writes.ts';

type Document = protos.google.firestore.v1.IDocument;

/**
 * A query. Without orderBy its results have no order. Conditions on several fields must all be EQUAL, or Firestore would
 * need an extra index.
 */
export interface Query {
  where?: readonly (readonly [field: string, op: 'EQUAL' | 'LESS_THAN_OR_EQUAL', value: unknown])[];
  /** Field to sort by, descending. */
  orderBy?: string;
  limit?: number;
}

export interface Connection {
  client: v1.FirestoreClient;
  /** projects/PROJECT/databases/DATABASE */
  database: string;
  /** Parent document of the store's collections. */
  root: string;
  headers: Record<string, string>;
}

export class Calls {
  readonly #to: Connection;
  readonly #deadline: number;
  readonly #callMs: number;

  /** deadline: on the clock of performance.now(). callMs: limit for one read of documents or one commit. */
  constructor(to: Connection, deadline: number, callMs: number) {
    this.#to = to;
    this.#deadline = deadline;
    this.#callMs = callMs;
  }

  async get(path: string): Promise<Found | undefined> {
    const [found] = await this.getAll(path);
    return found;
  }

  /** Reads documents. The results are in the order of the paths. */
  async getAll(...paths: string[]): Promise<(Found | undefined)[]> {
    const { client, database, root } = this.#to;
    const documents = paths.map((path) => `${root}/${path}`);
    // GetDocument is not used, because its NOT_FOUND could also mean that the database does not exist.
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
      // A query for a long list may take all of the time that is left.
      this.#options(Number.POSITIVE_INFINITY),
    );
    const found: Found[] = [];
    for await (const { document } of answers) if (document) found.push(foundIn(document));
    return found;
  }

  /** Carries out all writes or none. Throws Beaten if a document does not meet a write's condition. */
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
   * Switches off the retries of Google's library: they go on for ten minutes, long after the caller has learned of the
   * failure.
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
