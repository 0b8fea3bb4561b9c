/** A connection to Redis, or the connections to the nodes of a cluster, with the options that hubs need. */
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { Wire } from '../meter.ts';
import type { RedisAddress } from '../redis-address.ts';

export type Client = Redis | Cluster;

/** Whoever asks something of Redis hears no later than this that there is no answer, ms. */
export const ANSWER_MS = 1_000;
/** A connection that owes an answer for so long is given up, ms. A Redis that only paused is not: see publisher.ts. */
const SILENT_MS = 5_000;
/** For the TCP (and TLS) handshake, ms. */
const CONNECT_MS = 3_000;
/** Pauses between tries, for ever: at random, so that the hubs do not come all at once. */
const RETRY_MS = { least: 50, most: 250 };
/** How often a cluster is asked which node has what, ms; a node that is asked in vain says so at once. */
const SLOTS_MS = 5_000;

const retry = () => RETRY_MS.least + Math.random() * (RETRY_MS.most - RETRY_MS.least);

const OPTIONS: Record<Wire, Pick<RedisOptions, 'commandTimeout' | 'socketTimeout' | 'autoResubscribe'>> = {
  commands: { commandTimeout: ANSWER_MS, socketTimeout: SILENT_MS },
  publisher: {},
  // It subscribes by itself, to know when that is done.
  subscriber: { autoResubscribe: false },
};

export function dial(address: RedisAddress, wire: Wire): Client {
  const { nodes, cluster, username, password, tls, db } = address;
  const options = {
    ...OPTIONS[wire],
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls }),
    connectTimeout: CONNECT_MS,
    connectionName: `unicore-${wire}`,
    // What was sent on a connection that is lost has failed: sent again, mail might come twice.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
  };
  const client = cluster
    ? new Cluster([...nodes], {
        redisOptions: options,
        // Connections to nodes are made when they are first needed, and what is asked meanwhile waits for them; it waits
        // for the whole cluster nowhere, since `usable` is asked first.
        enableOfflineQueue: true,
        clusterRetryStrategy: retry,
        retryDelayOnFailover: 0,
        retryDelayOnClusterDown: 0,
        slotsRefreshInterval: SLOTS_MS,
        slotsRefreshTimeout: ANSWER_MS,
        shardedSubscribers: wire === 'subscriber',
        // A certificate is for the name, not for the address behind it.
        ...(tls === undefined ? {} : { dnsLookup: (name, done) => done(null, name) }),
        // Mail that is sent to another node after a refusal might be overtaken.
        ...(wire === 'publisher' ? { maxRedirections: 0 } : {}),
      })
    : new Redis({ ...options, ...nodes[0]!, db, enableOfflineQueue: false, retryStrategy: retry });
  // Without a listener ioredis prints it. Of a cluster, what the last node said tells more.
  client.on('error', (error: Error & { lastNodeError?: Error }) =>
    reasons.set(client, error.lastNodeError ?? error),
  );
  client.on('ready', () => reasons.delete(client));
  return client;
}

/** Why each client has no connection, as far as is known. */
const reasons = new WeakMap<Client, Error>();

/** Throws where there is no connection, with the reason: nothing waits for one. */
export function usable(client: Client): Client {
  if (client.status !== 'ready') throw reasons.get(client) ?? new Error('Connection is closed.');
  return client;
}
