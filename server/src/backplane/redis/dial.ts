/** Connects to Redis or to a Redis Cluster, with the client options that hubs need. */
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { Wire } from '../meter.ts';
import type { RedisAddress } from '../redis-address.ts';

export type Client = Redis | Cluster;

/** Timeout of one Redis command, ms. */
export const ANSWER_MS = 1_000;
/**
 * A connection on which an answer is overdue for this long is closed, ms. The publishing connection is not
 * closed; publisher.ts explains the reason.
 */
const SILENT_MS = 5_000;
/** Timeout of the TCP (and TLS) handshake, ms. */
const CONNECT_MS = 3_000;
/**
 * Delay before each attempt to reconnect, ms. The number of attempts is not limited. The delay is random, so
 * that hubs do not all reconnect at once.
 */
const RETRY_MS = { least: 50, most: 250 };
/**
 * Interval at which the client asks a Redis cluster which node has which slots, ms. A node that gets a
 * command for a slot of another node also says so at once.
 */
const SLOTS_MS = 5_000;

const retry = () => RETRY_MS.least + Math.random() * (RETRY_MS.most - RETRY_MS.least);

const OPTIONS: Record<Wire, Pick<RedisOptions, 'commandTimeout' | 'socketTimeout' | 'autoResubscribe'>> = {
  commands: { commandTimeout: ANSWER_MS, socketTimeout: SILENT_MS },
  publisher: {},
  // ioredis does not restore subscriptions after a reconnect, because inbox.ts subscribes itself.
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
    // The Redis client does not repeat unanswered commands after a lost connection. Redis may already have
    // run them, and a message between hubs might be delivered twice.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
  };
  const client = cluster
    ? new Cluster([...nodes], {
        redisOptions: options,
        // The Redis client connects to the nodes of a cluster on first use, and must queue commands until
        // then. While the whole cluster is unreachable, usable() rejects commands before the client could
        // queue them.
        enableOfflineQueue: true,
        clusterRetryStrategy: retry,
        retryDelayOnFailover: 0,
        retryDelayOnClusterDown: 0,
        slotsRefreshInterval: SLOTS_MS,
        slotsRefreshTimeout: ANSWER_MS,
        shardedSubscribers: wire === 'subscriber',
        // A TLS certificate is issued for a host name. The client must therefore not replace the host name by
        // its IP address.
        ...(tls === undefined ? {} : { dnsLookup: (name, done) => done(null, name) }),
        // The Redis client does not follow redirections to another cluster node. A redirected message might
        // arrive after a message that was sent later.
        ...(wire === 'publisher' ? { maxRedirections: 0 } : {}),
      })
    : new Redis({ ...options, ...nodes[0]!, db, enableOfflineQueue: false, retryStrategy: retry });
  // Without an error listener, ioredis prints errors to stderr. On a cluster, lastNodeError describes the
  // cause more precisely.
  client.on('error', (error: Error & { lastNodeError?: Error }) =>
    reasons.set(client, error.lastNodeError ?? error),
  );
  client.on('ready', () => reasons.delete(client));
  return client;
}

/** The last known reason why each Redis client is not connected. */
const reasons = new WeakMap<Client, Error>();

/**
 * Returns the Redis client if it is connected. Otherwise throws the reason, so that calls fail at once and do
 * not wait for a connection.
 */
export function usable(client: Client): Client {
  if (client.status !== 'ready') throw reasons.get(client) ?? new Error('Connection is closed.');
  return client;
}
