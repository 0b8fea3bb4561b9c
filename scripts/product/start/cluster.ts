/**
 * Implements `npm start -- --hubs N`: runs several hubs on this machine. haproxy forwards each connection to
 * any of the hubs. The hubs share one Redis and one Firestore, and open WebSockets to each other, as in
 * server/deploy/compose.yaml.
 */
import type { Writable } from 'node:stream';
import { freePort } from '@unicore/server/free-port';
import { startFirestore } from './firestore.ts';
import { startHaproxy } from './haproxy.ts';
import { Hub } from './hub-service.ts';
import { missingPrograms, systemEnv } from './programs.ts';
import { startRedis } from './redis.ts';

const HOST = '127.0.0.1';
/**
 * Default store of the hubs: a fake of Google's Firestore on this machine, which accepts any project name.
 */
const OWN_STORE = 'firestore://unicore-local';
const DRAIN_SECONDS = '10';

export interface ClusterOptions {
  readonly hubs: number;
  /** Port on which haproxy listens. */
  readonly port: number;
  readonly dataDir: string;
  /** Streams that get a copy of all logs of the cluster, such as stdout. */
  readonly show: readonly Writable[];
  /**
   * URL of an external Redis server, and address of an external database. For each value that is undefined,
   * the cluster starts its own server.
   */
  readonly redis: string | undefined;
  readonly store: string | undefined;
}

export class Cluster {
  readonly url: string;
  readonly port: number;
  /** Database of the hubs, in the form of the variable UNICORE_STORE, such as `firestore://PROJECT`. */
  readonly store: string;
  /** Address (HOST:PORT) of the fake Firestore, if this cluster started one. */
  readonly firestore: string | undefined;
  readonly #parts: AsyncDisposableStack;

  private constructor(
    of: Pick<Cluster, 'url' | 'port' | 'store' | 'firestore'>,
    parts: AsyncDisposableStack,
  ) {
    this.url = of.url;
    this.port = of.port;
    this.store = of.store;
    this.firestore = of.firestore;
    this.#parts = parts;
  }

  static async start({ dataDir, show, redis, store, ...options }: ClusterOptions): Promise<Cluster> {
    await requirePrograms(redis === undefined ? ['redis-server', 'haproxy'] : ['haproxy']);
    // If a part of the cluster can't start, the parts that have already started are stopped in reverse order.
    await using parts = new AsyncDisposableStack();
    const [ownRedis] = await startAll(parts, redis === undefined ? [startRedis(dataDir, show)] : []);
    const [ownFirestore] = await startAll(parts, store === undefined ? [startFirestore(dataDir, show)] : []);
    const host = process.env.UNICORE_HOST || HOST;
    const port = options.port || (await freePort(host));
    const env = {
      UNICORE_PUBLIC_URL: `http://${HOST}:${port}`,
      UNICORE_PROXIES: '1',
      UNICORE_DRAIN_SECONDS: DRAIN_SECONDS,
      ...process.env,
      // Hubs listen only on the loopback address. Other machines can reach only haproxy.
      UNICORE_HOST: HOST,
      UNICORE_REDIS_URL: redis ?? ownRedis?.url,
      UNICORE_STORE: store ?? OWN_STORE,
      ...(ownFirestore && { FIRESTORE_EMULATOR_HOST: ownFirestore.address }),
    };
    const startHub = async (_: unknown, index: number) => {
      const own = await freePort(HOST);
      const peer = { HUB_PEER_URL: `ws://${HOST}:${own}` };
      return Hub.start({ name: `hub ${index + 1}`, port: own, dataDir, show, env: { ...env, ...peer } });
    };
    const hubs = await startAll(parts, Array.from({ length: options.hubs }, startHub));
    const addresses = hubs.map((hub) => `http://${HOST}:${hub.port}`);
    await startAll(parts, [startHaproxy({ host, port, hubs: addresses, dataDir, show })]);
    const { url } = hubs[0]!;
    return new Cluster(
      { url, port, store: env.UNICORE_STORE, firestore: ownFirestore?.address },
      parts.move(),
    );
  }

  async stop(): Promise<void> {
    await this.#parts.disposeAsync();
  }
}

/** Throws an error that names the missing programs, if any program is missing. */
export async function requirePrograms(names: readonly string[], env = systemEnv()): Promise<void> {
  const missing = await missingPrograms(names, env);
  if (missing.length === 0) return;
  throw new Error(
    `--hubs needs ${names.join(' and ')}: apt-get install ${missing.join(' ')}. npm start without --hubs needs neither.`,
  );
}

/**
 * Waits for several parts of the cluster, such as hubs, that start at the same time. Registers them in
 * `parts`, so that they stop together. If one of them can't start, throws. The others are stopped later in
 * any case, because they are registered.
 */
async function startAll<T extends { stop(): Promise<void> }>(
  parts: AsyncDisposableStack,
  starting: readonly Promise<T>[],
): Promise<T[]> {
  const outcomes = await Promise.allSettled(starting);
  const started = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  parts.defer(async () => void (await Promise.all(started.map((part) => part.stop()))));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return started;
}
