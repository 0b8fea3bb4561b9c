/** A Firestore database. Each operation is retried until its result is known or its time is over. */
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { UniCoreError } from '@unicore/protocol';
import { Calls, type Connection } from './calls.ts';
import { Beaten, explained, mayTryAgain, unreachable } from './errors.ts';

/**
 * Maximum duration of a store operation, ms. The first call of a process takes about 1 s, because it sets up
 * TLS and gets an access token.
 */
const PATIENCE_MS = 6_000;
/**
 * Limits of the random pause between two attempts at an operation, ms. The limit is FIRST_PAUSE_MS before the
 * second attempt. It doubles after each attempt, up to LAST_PAUSE_MS. Each pause is random, so that writers
 * that collided do not collide again.
 */
const FIRST_PAUSE_MS = 20;
const LAST_PAUSE_MS = 500;
/**
 * The parent document of all collections. It separates the store's data from other users of the database. `1`
 * is the version of the data format.
 */
const ROOT = 'unicore/1';

/**
 * gRPC channel options. By default gRPC waits up to two minutes between connection attempts, and it detects a
 * silently broken connection only after 15 minutes.
 */
const CHANNEL = {
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2_000,
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 5_000,
};

/**
 * Loads Google's libraries only if Firestore is used, because they need 60 MB of memory and half a second.
 */
const load = createRequire(import.meta.url);

export interface DatabaseAddress {
  projectId: string;
  databaseId: string;
  /** HOST:PORT of a Firestore emulator. An emulator needs no credentials. */
  emulator?: string | undefined;
  /** Maximum duration of an operation, including all retries, ms. The default is 6 s. */
  patienceMs?: number | undefined;
}

/**
 * One attempt at an operation. `again` is true if an earlier attempt failed. The earlier attempt may have
 * been applied, because its answer may have been lost.
 */
export type Attempt<T> = (calls: Calls, again: boolean) => Promise<T>;

export class Database {
  readonly #address: DatabaseAddress;
  readonly #database: string;
  readonly #patienceMs: number;
  #connection: Promise<Connection> | undefined;
  #open = true;

  constructor(address: DatabaseAddress) {
    const { projectId, databaseId, patienceMs = PATIENCE_MS } = address;
    this.#address = address;
    this.#database = `projects/${projectId}/databases/${databaseId}`;
    this.#patienceMs = patienceMs;
  }

  /**
   * Repeats the attempt until its result is known. Throws TIMEOUT if Firestore cannot be reached or if the
   * result stays unknown until the deadline.
   */
  async settle<T>(attempt: Attempt<T>): Promise<T> {
    const deadline = performance.now() + this.#patienceMs;
    // Each call gets half of the total time. If a first call is not answered, there is time for a second one.
    const callMs = this.#patienceMs / 2;
    for (let again = false, most = FIRST_PAUSE_MS; ; again = true, most = Math.min(2 * most, LAST_PAUSE_MS)) {
      if (!this.#open) throw new UniCoreError('GOING_AWAY', 'The store was closed.');
      try {
        return await attempt(new Calls(await this.#connected(), deadline, callMs), again);
      } catch (error) {
        if (!mayTryAgain(error)) throw explained(this.#database, error);
        // An attempt that lost a race against another writer is repeated immediately, because the other write
        // is already complete.
        const pause = error instanceof Beaten ? 0 : Math.random() * most;
        if (performance.now() + pause >= deadline) throw unreachable(error);
        if (pause > 0) await delay(pause);
      }
    }
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    const connection = await this.#connection?.catch(() => undefined);
    await connection?.client.close();
  }

  #connected(): Promise<Connection> {
    this.#connection ??= this.#connect().catch((error: unknown) => {
      this.#connection = undefined;
      throw error;
    });
    return this.#connection;
  }

  async #connect(): Promise<Connection> {
    const { projectId, emulator } = this.#address;
    const { v1 }: typeof import('@google-cloud/firestore-api') = load('@google-cloud/firestore-api');
    const client = new v1.FirestoreClient({ projectId, ...CHANNEL, ...(emulator && endpointOf(emulator)) });
    // Initialises Google's client before the first call. Otherwise each call would initialise it, and missing
    // credentials would cause an unhandled rejection that ends the process.
    await client.initialize();
    const database = this.#database;
    const headers = {
      'google-cloud-resource-prefix': database,
      // Google's Firestore emulator accepts this token and gives it full access.
      ...(emulator !== undefined && { Authorization: 'Bearer owner' }),
    };
    return { client, database, root: `${database}/documents/${ROOT}`, headers };
  }
}

/**
 * Returns the connection options for an emulator. Without the last two options, Google's library would search
 * the machine's environment for credentials.
 */
function endpointOf(emulator: string) {
  const { credentials }: typeof import('@grpc/grpc-js') = load('@grpc/grpc-js');
  const { hostname, port } = new URL(`http://${emulator}`);
  return {
    servicePath: hostname,
    port: Number(port),
    sslCreds: credentials.createInsecure(),
    clientOptions: { universe_domain: 'googleapis.com' },
  };
}
