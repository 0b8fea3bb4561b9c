/** Real Redis processes for tests, on free loopback ports. They can be paused, killed, emptied and failed over. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { freePort } from '../../../free-port.ts';

/**
 * Options of every instance. Redis listens on loopback only, and writes nothing to disk unless a test asks
 * for it.
 */
const OPTIONS = [
  '--bind',
  '127.0.0.1',
  '--save',
  '',
  '--appendonly',
  'no',
  '--repl-diskless-sync-delay',
  '0',
];
/** Makes Redis end when the process that started it ends, even if that process is killed. */
const TETHER = process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL'] : [];

export class RedisServer {
  readonly port: number;
  readonly #folder: string;
  readonly #options: readonly string[];
  #child: ChildProcess | undefined;
  #client: Redis | undefined;

  private constructor(port: number, folder: string, options: readonly string[]) {
    this.port = port;
    this.#folder = folder;
    this.#options = options;
  }

  /**
   * Starts a new, empty instance that accepts connections. options: further redis-server options, such as
   * '--maxmemory', '1mb'.
   */
  static async start(...options: string[]): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'unicore-redis-'));
    const server = new RedisServer(await freePort(), folder, options);
    await server.#run();
    return server;
  }

  /** The URL for the hub's configuration. */
  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Process id while Redis runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** The test's own connection, for commands that hubs never send. */
  get client(): Redis {
    this.#client ??= new Redis(this.port, '127.0.0.1', { retryStrategy: () => 50 }).on('error', () => {});
    return this.#client;
  }

  /** Pauses Redis with SIGSTOP. Connections stay open, but Redis answers nothing. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  /** SIGCONT. */
  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /**
   * Kills Redis with SIGKILL. Connections break and the data is lost. Resolves when the process has ended.
   * again() starts it again.
   */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Starts Redis again on the same port after kill(), with the data that save() kept. */
  async again(): Promise<void> {
    await this.#run();
  }

  /**
   * Kills Redis and starts it again at once. keep: true to keep the data, as an orderly restart does.
   * Otherwise Redis is empty.
   */
  async restart({ keep = false } = {}): Promise<void> {
    if (keep) await this.save();
    await this.kill();
    await this.#run();
  }

  /** Writes the data to disk, from where again() loads it. */
  async save(): Promise<void> {
    await this.client.save();
  }

  /**
   * Makes this instance a replica of the other one. Resolves when this instance has all data of the other
   * one.
   */
  async replicate(of: RedisServer): Promise<void> {
    await this.client.replicaof('127.0.0.1', of.port);
    await this.synced();
  }

  /** On a replica: resolves when it has all of its master's data. */
  async synced(): Promise<void> {
    while (!/^master_link_status:up/m.test(await this.client.info('replication'))) await pause(10);
  }

  /** Stops replicating. If this instance takes over, writes that the master accepted later are lost. */
  async promote(): Promise<void> {
    await this.client.replicaof('NO', 'ONE');
  }

  /** Stops Redis and removes its folder. */
  async stop(): Promise<void> {
    this.#client?.disconnect();
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #run(): Promise<void> {
    const [command, ...args] = [
      ...TETHER,
      'redis-server',
      '--port',
      String(this.port),
      '--dir',
      this.#folder,
    ];
    const child = spawn(command!, [...args, ...OPTIONS, ...this.#options], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    const failed = once(child, 'exit').then(() => {
      throw new Error(`redis-server ended: ${said.slice(-5).join('\n')}`);
    });
    failed.catch(() => {});
    const said: string[] = [];
    const ready = new Promise<void>((resolve) => {
      createInterface(child.stdout).on('line', (line) => {
        said.push(line);
        if (line.includes('Ready to accept connections')) resolve();
      });
    });
    await Promise.race([ready, failed]);
  }
}

/** Waits, in order to poll a state that Redis does not announce. ms: the delay, ms. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
