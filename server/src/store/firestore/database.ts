/** One Firestore database, asked until the outcome is known, or for as long as somebody can be made to wait. */
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { UniCoreError } from '@unicore/protocol';
import { Calls, type Connection } from './calls.ts';
import { Beaten, explained, mayTryAgain, unreachable } from './errors.ts';

/** No answer of the store takes longer. The first call of a process takes about a second: TLS, and a token. */
const PATIENCE_MS = 6_000;
/** Between tries, each up to twice as long as the one before; random, so that those who met do not meet again. */
const FIRST_PAUSE_MS = 20;
const LAST_PAUSE_MS = 500;
/** Collections are below this document: the database may be somebody else's, too. 1: the version of what is in them. */
const ROOT = 'unicore/1';

/** gRPC's own pauses between connections grow to two minutes; what is cut off without a word would stay for a quarter of an hour. */
const CHANNEL = {
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2_000,
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 5_000,
};

/** Google's libraries take 60 MB and half a second, so they are loaded where somebody has such a database. */
const load = createRequire(import.meta.url);

export interface DatabaseAddress {
  projectId: string;
  databaseId: string;
  /** HOST:PORT of an emulator, which asks for no credentials. */
  emulator?: string | undefined;
  /** How long the outcome of anything may stay unknown; 6 s if not said. */
  patienceMs?: number | undefined;
}

/** again: an earlier try was refused, or was carried out and its answer did not arrive. */
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

  /** Throws TIMEOUT when Firestore can't be reached, or the outcome can't be known. */
  async settle<T>(attempt: Attempt<T>): Promise<T> {
    const deadline = performance.now() + this.#patienceMs;
    // So that another call may follow where the first is not answered.
    const callMs = this.#patienceMs / 2;
    for (let again = false, most = FIRST_PAUSE_MS; ; again = true, most = Math.min(2 * most, LAST_PAUSE_MS)) {
      if (!this.#open) throw new UniCoreError('GOING_AWAY', 'The store was closed.');
      try {
        return await attempt(new Calls(await this.#connected(), deadline, callMs), again);
      } catch (error) {
        if (!mayTryAgain(error)) throw explained(this.#database, error);
        // Whoever was beaten looks again at once: somebody else got on.
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
    // Each call would do it, but where there are no credentials that ends the process: nobody handles its error.
    await client.initialize();
    const database = this.#database;
    const headers = {
      'google-cloud-resource-prefix': database,
      // Google's own emulator takes whoever says this for the owner of the data.
      ...(emulator !== undefined && { Authorization: 'Bearer owner' }),
    };
    return { client, database, root: `${database}/documents/${ROOT}`, headers };
  }
}

/** Without the last two, Google's library would ask the machine's surroundings for credentials that nobody needs. */
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
