/** Runs the product as npm start does, one process per part, but without a page and without Docker. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { joinHub } from '@unicore/agent';
import { openLocalAuth } from '@unicore/server';
import { exec } from '../../../lib/exec.ts';
import { NODE_FLAGS } from '../../../lib/node-flags.ts';
import { ROOT } from '../../../lib/paths.ts';

/** Docker address at which nothing answers, so that VMs are plain folders and processes. */
const NO_ENGINE = 'unix:///nonexistent/docker.sock';

export interface ProductOptions {
  /** Folder that gets a CPU profile of each process. */
  readonly cpuProf?: string | undefined;
  /** URL at which the agent reaches the hub, from the hub's port; by default the hub itself, without a proxy. */
  readonly agentVia?: (port: number) => string;
}

export class Product {
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;
  #hub: ChildProcess | undefined;
  #agent: ChildProcess | undefined;
  port = 0;
  /** Bearer token of the bench's only user. */
  token = '';

  private constructor(folder: string, { cpuProf }: ProductOptions) {
    this.#folder = folder;
    const profile = `--cpu-prof --cpu-prof-dir=${cpuProf}`;
    this.#env = {
      ...process.env,
      DOCKER_HOST: NO_ENGINE,
      ...(cpuProf !== undefined && { NODE_OPTIONS: profile }),
    };
  }

  static async start(options: ProductOptions = {}): Promise<Product> {
    const product = new Product(await mkdtemp(join(tmpdir(), 'unicore-bench-')), options);
    await product.startHub();
    const { url, agentDir } = product;
    const auth = openLocalAuth(product.#folder, url);
    const { userId } = await auth.owner();
    product.token = await auth.bearerToken(userId);
    const token = await auth.joinToken(userId);
    await auth.close();
    const hub = options.agentVia?.(product.port) ?? url;
    await joinHub({ agentDir, hub, token, runtime: 'process', socketPath: NO_ENGINE });
    await product.#startAgent();
    return product;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  private get agentDir(): string {
    return join(this.#folder, 'agent');
  }

  /** Resolves when the hub accepts requests. A restarted hub listens on the same port. */
  async startHub(): Promise<void> {
    const args = ['server/src/main.ts', '--port', String(this.port), '--data', this.#folder];
    this.#hub = this.#spawn(args);
    const [message] = (await once(this.#hub, 'message')) as [{ port: number }];
    this.port = message.port;
  }

  async killHub(): Promise<void> {
    await end(this.#hub!, 'SIGKILL');
  }

  /** Process ids of hub, tunnel and keeper. */
  async pids(): Promise<number[]> {
    const listing = await exec('ps', ['-eo', 'pid=,args=']);
    const keeper = listing.split('\n').find((line) => line.includes(`unicore-keeper ${this.agentDir}`));
    return [this.#hub!.pid!, this.#agent!.pid!, Number.parseInt(keeper ?? '', 10)];
  }

  async stop(): Promise<void> {
    const args = ['agent/src/cli.ts', 'stop', '--data', this.agentDir];
    await once(this.#spawn(args), 'exit');
    await end(this.#hub!, 'SIGTERM');
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #startAgent(): Promise<void> {
    this.#agent = this.#spawn(['agent/src/cli.ts', 'run', '--data', this.agentDir]);
    await once(this.#agent, 'message');
  }

  #spawn([script = '', ...args]: readonly string[]): ChildProcess {
    return spawn(process.execPath, [...NODE_FLAGS, join(ROOT, script), ...args], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: this.#env,
    });
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}
