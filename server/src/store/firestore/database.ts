/** One Firestore database, asked until the outcome is known, or for as long as somebody can be made to wait. */
import { setTimeout as delay } from 'node:timers/promises';
import { v1 } from '@google-cloud/firestore-api';
import { credentials } from '@grpc/grpc-js';
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
  readonly #connection: Connection;
  readonly #patienceMs: number;
  #open = true;

  constructor({ projectId, databaseId, emulator, patienceMs = PATIENCE_MS }: DatabaseAddress) {
    this.#patienceMs = patienceMs;
    const database = `projects/${projectId}/databases/${databaseId}`;
    this.#connection = {
      client: new v1.FirestoreClient({ projectId, ...CHANNEL, ...(emulator && endpointOf(emulator)) }),
      database,
      root: `${database}/documents/${ROOT}`,
      headers: {
        'google-cloud-resource-prefix': database,
        // Google's own emulator takes whoever says this for the owner of the data.
        ...(emulator !== undefined && { Authorization: 'Bearer owner' }),
      },
    };
  }

  /** Throws TIMEOUT when Firestore can't be reached, or the outcome can't be known. */
  async settle<T>(attempt: Attempt<T>): Promise<T> {
    const { database } = this.#connection;
    const calls = new Calls(this.#connection, this.#patienceMs);
    for (let again = false, most = FIRST_PAUSE_MS; ; again = true, most = Math.min(2 * most, LAST_PAUSE_MS)) {
      if (!this.#open) throw new UniCoreError('GOING_AWAY', 'The store was closed.');
      try {
        return await attempt(calls, again);
      } catch (error) {
        if (!mayTryAgain(error)) throw explained(database, error);
        // Whoever was beaten looks again at once: somebody else got on.
        const pause = error instanceof Beaten ? 0 : Math.random() * most;
        if (pause >= calls.leftMs) throw unreachable(database, error);
        if (pause > 0) await delay(pause);
      }
    }
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#connection.client.close();
  }
}

/** Without the last two, Google's library would ask the machine's surroundings for credentials that nobody needs. */
function endpointOf(emulator: string) {
  const { hostname, port } = new URL(`http://${emulator}`);
  return {
    servicePath: hostname,
    port: Number(port),
    sslCreds: credentials.createInsecure(),
    clientOptions: { universe_domain: 'googleapis.com' },
  };
}
