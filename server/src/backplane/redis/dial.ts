/** Connects to Redis or a Redis Cluster with the client options that hubs need. */
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { Wire } from '../meter.ts';
import type { RedisAddress } from '../redis-address.ts';

export type Client = Redis | Cluster;

/** Timeout of one Redis command, ms. */
export const ANSWER_MS = 1_000;
/** A connection that owes an answer for this long is closed, ms. Not used for publishing: see publisher.ts. */
const SILENT_MS = 5_000;
/** Timeout of the TCP (and TLS) handshake, ms. */
const CONNECT_MS = 3_000;
/** Delay between attempts to reconnect, repeated without limit. Random, so that hubs do not all reconnect at once. */
const RETRY_MS = { least: 50, most: 250 };
/**
 * How often the client asks a cluster which node has which slots, ms. A node asked for a slot it does not have says so
 * at once.
 */
const SLOTS_MS = 5_000;

const retry = () => RETRY_MS.least + Math.random() * (RETRY_MS.most - RETRY_MS.least);

const OPTIONS: Record<Wire, Pick<RedisOptions, 'commandTimeout' | 'socketTimeout' | 'autoResubscribe'>> = {
  commands: { commandTimeout: ANSWER_MS, socketTimeout: SILENT_MS },
  publisher: {},
  // The inbox subscribes by itself, so that it can tell when each subscription is active.
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
    // A command is never resent after a lost connection: a hub-to-hub message might be delivered twice.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
  };
  const client = cluster
    ? new Cluster([...nodes], {
        redisOptions: options,
        // The client connects to a cluster's nodes on first use, and queues commands meanwhile. Commands never queue
        // for the whole cluster, because `usable` is checked first.
        enableOfflineQueue: true,
        clusterRetryStrategy: retry,
        retryDelayOnFailover: 0,
        retryDelayOnClusterDown: 0,
        slotsRefreshInterval: SLOTS_MS,
        slotsRefreshTimeout: ANSWER_MS,
        shardedSubscribers: wire === 'subscriber',
        // A TLS certificate is issued for the host name, so the name must not be replaced by its address.
        ...(tls === undefined ? {} : { dnsLookup: (name, done) => done(null, name) }),
        // A message redirected to another cluster node might be overtaken by a later one, so redirections are off.
        ...(wire === 'publisher' ? { maxRedirections: 0 } : {}),
      })
    : new Redis({ ...options, ...nodes[0]!, db, enableOfflineQueue: false, retryStrategy: retry });
  // Without a listener, ioredis prints the error to stderr. On a cluster, the last node's error says more.
  client.on('error', (error: Error & { lastNodeError?: Error }) =>
    reasons.set(client, error.lastNodeError ?? error),
  );
  client.on('ready', () => reasons.delete(client));
  return client;
}

/** The last known reason why a Redis client is not connected. */
const reasons = new WeakMap<Client, Error>();

/** Throws the reason if the Redis client is not connected. Calls fail at once instead of waiting for a connection. */
export function usable(client: Client): Client {
  if (client.status !== 'ready') throw reasons.get(client) ?? new Error('Connection is closed.');
  return client;
}
