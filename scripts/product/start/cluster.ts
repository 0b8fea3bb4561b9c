/**
 * npm start --hubs N: runs several hubs as one on this machine. haproxy in front sends each socket to any of them. They share
 * a Redis and a Firestore, and open sockets to one another, as in server/deploy/compose.yaml.
 */
import type { Writable } from 'node:stream';
import { freePort } from '../../lib/port.ts';
import { startFirestore } from './firestore.ts';
import { startHaproxy } from './haproxy.ts';
import { Hub } from './hub-service.ts';
import { missingPrograms, systemEnv } from './programs.ts';
import { startRedis } from './redis.ts';

const HOST = '127.0.0.1';
/** Name of the project in the fake Firestore, which accepts any name. */
const OWN_STORE = 'firestore://unicore-local';
const DRAIN_SECONDS = '10';

export interface ClusterOptions {
  readonly hubs: number;
  /** Port of haproxy. */
  readonly port: number;
  readonly dataDir: string;
  /** Shows the logs as well. */
  readonly show: readonly Writable[];
  /** URL of a Redis that runs elsewhere, and name of such a store; undefined: it is started here. */
  readonly redis: string | undefined;
  readonly store: string | undefined;
}

export class Cluster {
  readonly url: string;
  readonly port: number;
  /** Name of the store, as hubs are configured with it. */
  readonly store: string;
  /** Address of the fake Firestore, if one was started. */
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
    // The parts end in reverse order, also if one of them can't start.
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
      // Hubs listen on loopback; only haproxy may be reached from outside.
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

/** Throws one sentence that names the programs that are missing. */
export async function requirePrograms(names: readonly string[], env = systemEnv()): Promise<void> {
  const missing = await missingPrograms(names, env);
  if (missing.length === 0) return;
  throw new Error(
    `--hubs needs ${names.join(' and ')}: apt-get install ${missing.join(' ')}. npm start without --hubs needs neither.`,
  );
}

/** Starts parts at the same time. They end together, also if one of them could not start. */
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
