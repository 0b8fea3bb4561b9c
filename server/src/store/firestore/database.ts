/** One Firestore database. Each operation is retried until its outcome is known or its time is up. */
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { UniCoreError } from '@unicore/protocol';
import { Calls, type Connection } from './calls.ts';
import { Beaten, explained, mayTryAgain, unreachable } from './errors.ts';

/** Longest duration of a store operation. The first call of a process takes about a second, for TLS and a token. */
const PATIENCE_MS = 6_000;
/**
 * Pauses between attempts, growing up to the maximum. They are random, so that writers that collided do not collide
 * again.
 */
const FIRST_PAUSE_MS = 20;
const LAST_PAUSE_MS = 500;
/**
 * Parent document of all collections, since the database may have other users too. `1` is the version of the data
 * format.
 */
const ROOT = 'unicore/1';

/**
 * gRPC channel options. By default gRPC waits up to two minutes between connection attempts, and notices a silently cut
 * connection only after a quarter of an hour.
 */
const CHANNEL = {
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2_000,
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 5_000,
};

/** Google's libraries take 60 MB and half a second to load, so they are loaded only if Firestore is used. */
const load = createRequire(import.meta.url);

export interface DatabaseAddress {
  projectId: string;
  databaseId: string;
  /** HOST:PORT of a Firestore emulator, which needs no credentials. */
  emulator?: string | undefined;
  /** Longest time that an operation's outcome may stay unknown; 6 s by default. */
  patienceMs?: number | undefined;
}

/** One attempt at an operation. again: an earlier attempt was refused, or was carried out but its answer was lost. */
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
   * Repeats the attempt until its outcome is known. Throws TIMEOUT if Firestore can't be reached or the outcome can't
   * be known in time.
   */
  async settle<T>(attempt: Attempt<T>): Promise<T> {
    const deadline = performance.now() + this.#patienceMs;
    // Half the time, so that a second call is possible if the first is not answered.
    const callMs = this.#patienceMs / 2;
    for (let again = false, most = FIRST_PAUSE_MS; ; again = true, most = Math.min(2 * most, LAST_PAUSE_MS)) {
      if (!this.#open) throw new UniCoreError('GOING_AWAY', 'The store was closed.');
      try {
        return await attempt(new Calls(await this.#connected(), deadline, callMs), again);
      } catch (error) {
        if (!mayTryAgain(error)) throw explained(this.#database, error);
        // An attempt that lost a race is repeated at once, because the winner has already finished.
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
    // Each call would initialise the client, but if there are no credentials that rejects without a handler and ends
    // the process.
    await client.initialize();
    const database = this.#database;
    const headers = {
      'google-cloud-resource-prefix': database,
      // Google's emulator grants full access to this token.
      ...(emulator !== undefined && { Authorization: 'Bearer owner' }),
    };
    return { client, database, root: `${database}/documents/${ROOT}`, headers };
  }
}

/**
 * Connection options for an emulator. Without the last two, Google's library would look for credentials in the
 * machine's environment.
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
