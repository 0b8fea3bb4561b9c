/**
 * Runs the product as `npm start` does, with each part in its own process, but without the web page and
 * Docker.
 */
import type { RuntimeKind } from '@unicore/agent';
import { openLocalAuth } from '@unicore/server';
import { exec } from '../../../lib/exec.ts';
import { AgentProgram } from '../../../testing/processes/agent-program.ts';
import { Hub } from '../../../testing/processes/hub-program.ts';
import { Programs } from '../../../testing/processes/programs.ts';

/**
 * At this address no Docker engine answers. Therefore the agent runs VMs as plain processes with a folder
 * each.
 */
const NO_ENGINE = 'unix:///nonexistent/docker.sock';

/** A desktop may start this slowly. A busy machine makes a benchmark slow, and does not end it. */
const BOOT_SECONDS = 600;

export interface ProductOptions {
  /** Folder to which each process writes its CPU profile. */
  readonly cpuProf?: string | undefined;
  /**
   * Takes the hub's port. Returns the URL (origin) at which the agent reaches the hub. Default: the hub's own
   * URL.
   */
  readonly agentVia?: (port: number) => string;
  /** What desktops are. Without it, the agent offers none. */
  readonly desktops?: RuntimeKind;
  /** The image of desktops in containers. */
  readonly desktopImage?: string;
}

export class Product {
  readonly #programs = new Programs((what, how) => {
    throw new Error(`The ${what} ${how}.`);
  });
  readonly #hub: Hub;
  readonly #agent: AgentProgram;
  /** Bearer token of the user. The hub has only this one user. */
  token = '';

  private constructor({ cpuProf, desktops, desktopImage }: ProductOptions) {
    const env = {
      ...(desktops !== 'docker' && { DOCKER_HOST: NO_ENGINE }),
      ...(cpuProf !== undefined && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${cpuProf}` }),
    };
    const image = desktopImage === undefined ? [] : ['--desktop-image', desktopImage];
    const args = ['--log-level', 'info', '--desktop-boot-seconds', `${BOOT_SECONDS}`, ...image];
    this.#hub = new Hub(this.#programs, 'hub', args, env);
    this.#agent = new AgentProgram(this.#programs, 'agent', env, {
      ...(desktops !== undefined && { runtime: desktops, desktops: true }),
    });
  }

  static async start(options: ProductOptions = {}): Promise<Product> {
    const product = new Product(options);
    await product.startHub();
    const auth = openLocalAuth(product.#programs.folder, product.url);
    const { userId } = await auth.owner();
    product.token = await auth.bearerToken(userId);
    const token = await auth.joinToken(userId);
    await auth.close();
    await product.#agent.join(options.agentVia?.(product.port) ?? product.url, token);
    return product;
  }

  get port(): number {
    return this.#hub.port;
  }

  get url(): string {
    return this.#hub.url;
  }

  /** Resolves when the hub accepts requests. A restarted hub listens on the same port. */
  startHub(): Promise<void> {
    return this.#hub.program.start();
  }

  killHub(): Promise<void> {
    return this.#hub.program.kill();
  }

  /** Returns the process ids of the hub, the tunnel and the keeper (terminal daemon). */
  async pids(): Promise<number[]> {
    const listing = await exec('ps', ['-eo', 'pid=,args=']);
    const keeper = listing
      .split('\n')
      .find((line) => line.includes(`unicore-keeper ${this.#agent.agentDir}`));
    return [this.#hub.program.pid!, this.#agent.tunnel.pid!, Number.parseInt(keeper ?? '', 10)];
  }

  async stop(): Promise<void> {
    await this.#agent.close();
    await this.#hub.program.stop();
    await this.#programs.close({ keepLogs: false });
  }
}
