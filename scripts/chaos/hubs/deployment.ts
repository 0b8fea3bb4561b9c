/**
 * Part of the chaos runs with several hubs: runs three hubs as in a real deployment, with separate processes,
 * Redis, a database, a load balancer, and joined providers.
 */
import { join } from 'node:path';
import { openLocalAuth } from '@unicore/server';
import { LineProxy } from '@unicore/server/testing';
import { z } from 'zod';
import { ROOT } from '../../lib/paths.ts';
import { LoadBalancer } from '../../testing/load-balancer.ts';
import { Provider } from '../../testing/processes/agent-program.ts';
import { Hub } from '../../testing/processes/hub-program.ts';
import { Programs } from '../../testing/processes/programs.ts';
import { SharedRedis } from './redis.ts';

export const HUBS = 3;
/**
 * Time limit for a hub to end after SIGTERM, ms. The limit is longer than the hub's graceful shutdown
 * (drain).
 */
const STOP_LIMIT_MS = 20_000;
/** The message that the process of the fake Firestore (a database) sends when it is ready for calls. */
const Serving = z.object({ type: z.literal('serving'), address: z.string() });

export interface DeploymentOptions {
  readonly providers: number;
  /** True: hubs open sockets to one another. False: hubs exchange messages through Redis. */
  readonly direct?: boolean;
  /** True: the hubs share a fake Firestore. False: the hubs share one SQLite file. */
  readonly firestore?: boolean;
  readonly drainSeconds?: number;
  /**
   * True: hubs connect to Redis directly, not through proxies, because proxies cost CPU time. Only for runs
   * that cause no Redis faults.
   */
  readonly plain?: boolean;
  /** Called when a process ended unexpectedly. */
  died(what: string, how: string): void;
}

export class Deployment {
  readonly programs: Programs;
  readonly providers: readonly Provider[];
  /** The properties `hubs`, `redis` and `balancer` are set when the promise of start() has resolved. */
  hubs: readonly Hub[] = [];
  redis!: SharedRedis;
  balancer!: LoadBalancer;
  /**
   * One TCP proxy for each hub, through which the other hubs connect to it. The list is empty unless the
   * option `direct` is set.
   */
  peerLines: readonly LineProxy[] = [];
  readonly #options: DeploymentOptions;
  #env: NodeJS.ProcessEnv = {};
  readonly #ends: (() => Promise<void>)[] = [];

  constructor(options: DeploymentOptions) {
    this.#options = options;
    this.programs = new Programs(options.died);
    this.providers = Array.from({ length: options.providers }, (_, i) => {
      return new Provider(this.programs, `provider-${i}`);
    });
  }

  async start(): Promise<void> {
    const { firestore = false, direct = false, plain = false } = this.#options;
    if (firestore) await this.#startFirestore();
    this.redis = await SharedRedis.start(plain ? 0 : HUBS);
    if (direct) this.peerLines = await Promise.all(Array.from({ length: HUBS }, () => LineProxy.open()));
    this.hubs = Array.from({ length: HUBS }, (_, i) => {
      return new Hub(this.programs, `hub-${i}`, this.#hubArgs(i), this.#env);
    });
    for (const { program } of this.hubs) await program.start();
    for (const [i, line] of this.peerLines.entries()) line.target = this.hubs[i]!.port;
    this.balancer = await LoadBalancer.start(this.hubs.map(({ url }) => url));
  }

  /** Registers a function that close() calls before it ends the processes. */
  beforeClose(end: () => Promise<void>): void {
    this.#ends.push(end);
  }

  get balancerPort(): number {
    return Number(new URL(this.balancer.url).port);
  }

  /** Creates a user. Resolves with the user's id and a bearer token. */
  user(name: string): Promise<{ userId: string; token: string }> {
    return this.#authed(async (auth) => {
      const { userId } = await auth.createUser(name);
      return { userId, token: await auth.bearerToken(userId) };
    });
  }

  /** Joins a provider to the hubs. `port` is the port of a hub or of the load balancer. */
  async join(provider: Provider, port: number): Promise<void> {
    const token = await this.#authed(async (auth) => auth.joinToken((await auth.owner()).userId));
    await provider.start(port, token);
  }

  /** Ends every process of the deployment. If keepLogs is set, the folder with the logs is kept. */
  async close(options: { keepLogs: boolean }): Promise<void> {
    for (const end of this.#ends) await end();
    await Promise.all(this.providers.map((provider) => provider.close()));
    await this.programs.close(options);
    for (const line of this.peerLines) line.close();
    await this.balancer?.stop();
    await this.redis?.stop();
  }

  /**
   * Stops a hub with SIGTERM, as an orchestrator does. Resolves with true if the hub ended by itself within
   * the time limit.
   */
  async stopHub(hub: Hub): Promise<boolean> {
    return hub.program.stop(STOP_LIMIT_MS);
  }

  #hubArgs(hub: number): string[] {
    const { direct = false, firestore = false, drainSeconds } = this.#options;
    return [
      ...['--redis', this.redis.url(hub), '--proxies', '1'],
      ...(direct ? ['--peer-url', `ws://127.0.0.1:${this.peerLines[hub]!.port}`] : []),
      ...(firestore ? ['--store', this.#store] : []),
      ...(drainSeconds === undefined ? [] : ['--drain-seconds', String(drainSeconds)]),
    ];
  }

  get #store(): string {
    return this.#options.firestore ? 'firestore://unicore-chaos' : 'sqlite';
  }

  async #authed<T>(ask: (auth: ReturnType<typeof openLocalAuth>) => Promise<T>): Promise<T> {
    const auth = openLocalAuth(this.programs.folder, this.balancer.url, this.#store);
    try {
      return await ask(auth);
    } finally {
      await auth.close();
    }
  }

  async #startFirestore(): Promise<void> {
    const program = this.programs.add('firestore', {
      args: () => [join(ROOT, 'server/src/store/firestore/fake/main.ts')],
      up: (said) => {
        const serving = Serving.safeParse(said);
        if (!serving.success) return false;
        this.#env = {
          FIRESTORE_EMULATOR_HOST: serving.data.address,
          METADATA_SERVER_DETECTION: 'none',
        };
        return true;
      },
    });
    await program.start();
    // This process creates users, so it must use the same database as the hubs.
    Object.assign(process.env, this.#env);
  }
}

/**
 * Starts a deployment, calls `run` with it, and then ends the deployment. The promise rejects if `run` fails,
 * or if `run` calls its argument `failed`. The error message names the folder with the logs.
 */
export async function onDeployment<T>(
  { keepLogs, ...options }: Omit<DeploymentOptions, 'died'> & { readonly keepLogs: boolean },
  signal: AbortSignal | undefined,
  run: (deployment: Deployment, failed: (message: string) => void) => Promise<T>,
): Promise<T> {
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => undefined);
  const failed = (message: string) => failure.reject(new Error(message));
  signal?.addEventListener('abort', () => failed('stopped'));
  const deployment = new Deployment({ ...options, died: (what, how) => failed(`The ${what} ${how}.`) });
  const { programs } = deployment;
  let keep = keepLogs;
  try {
    return await Promise.race([run(deployment, failed), failure.promise]);
  } catch (error) {
    keep = signal?.aborted !== true;
    programs.note((error as Error).message);
    throw new Error(`${(error as Error).message} Logs: ${programs.logs}`, { cause: error });
  } finally {
    await deployment.close({ keepLogs: keep });
  }
}
