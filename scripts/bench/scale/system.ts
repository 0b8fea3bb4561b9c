/**
 * The system that the scale suite measures. It consists of two hubs, Redis, a database, one process with all
 * providers, and one process with all consumers.
 */
import { join } from 'node:path';
import { RedisServer } from '@unicore/server/testing/redis';
import { Child } from '../../testing/processes/child.ts';
import { Hub } from '../../testing/processes/hub-program.ts';
import { Programs } from '../../testing/processes/programs.ts';
import type { TypistCalls } from '../../testing/typing/typists-main.ts';
import type { AgentCalls } from './agents.ts';
import { type Population, populate } from './population.ts';

const HUBS = 2;
/**
 * Node flag for the process that runs all consumers. It sets the size of V8's semi-space (heap memory for new
 * objects) to 16 MiB. This is V8's default size, which consumers in browsers and in users' programs have.
 */
const OF_NODE = ['--max-semi-space-size=16'];

export interface SystemOptions {
  /** Numbers of providers and consumers in the last step, which has the most of them. */
  readonly providers: number;
  readonly consumers: number;
  readonly cpuProf: string | undefined;
}

export class System {
  readonly redis: RedisServer;
  readonly hubs: readonly Hub[];
  readonly agents: Child<AgentCalls>;
  readonly consumers: Child<TypistCalls>;
  readonly #programs: Programs;
  readonly #population: Population;
  /** For each provider and each consumer: the index of the hub that it connects to. */
  readonly #providersAt: number[] = [];
  readonly #consumersAt: number[] = [];

  private constructor(
    programs: Programs,
    redis: RedisServer,
    hubs: readonly Hub[],
    population: Population,
    cpuProf?: string,
  ) {
    this.#programs = programs;
    this.redis = redis;
    this.hubs = hubs;
    this.#population = population;
    this.agents = new Child({ script: 'scale/agents.ts', cpuProf });
    this.consumers = new Child({ script: '../testing/typing/typists-main.ts', flags: OF_NODE, cpuProf });
  }

  /** Starts the hubs. No provider or consumer connects yet. */
  static async start({ providers, consumers, cpuProf }: SystemOptions): Promise<System> {
    const programs = new Programs((what, how) => {
      throw new Error(`The ${what} ${how}.`);
    });
    const redis = await RedisServer.start();
    try {
      const population = await populate(programs.folder, providers, consumers);
      const hubs = Array.from({ length: HUBS }, (_, i) => {
        const args = ['--redis', redis.url, '--proxies', '1', '--log-level', 'warn'];
        return new Hub(programs, `hub-${i}`, args, profiled(`hub-${i}`, cpuProf));
      });
      for (const { program } of hubs) await program.start();
      return new System(programs, redis, hubs, population, cpuProf);
    } catch (error) {
      await programs.close({ keepLogs: true });
      await redis.stop();
      throw error;
    }
  }

  /**
   * Connects the providers whose VMs the first `consumers` consumers use. All new providers connect at the
   * same time, each to a random hub.
   */
  async connectProviders(consumers: number): Promise<void> {
    const count = this.#population.people[consumers - 1]!.machine + 1;
    const first = this.#providersAt.length;
    const machines = this.#population.machines.slice(first, count).map((machine, i) => {
      return { ...machine, hub: this.#anyHub(this.#providersAt), address: addressOf(10, first + i) };
    });
    await this.agents.call.connect(machines);
  }

  /** Connects new consumers, all at the same time, until `count` consumers are connected. */
  async connectConsumers(count: number): Promise<void> {
    const first = this.#consumersAt.length;
    const places = this.#population.people.slice(first, count).map(({ token, vmId }, i) => {
      const [typist, url] = [first + i, this.#anyHub(this.#consumersAt)];
      return { typist, url, token, vmId, address: addressOf(11, typist) };
    });
    await this.consumers.call.connect(places);
  }

  get providers(): number {
    return this.#providersAt.length;
  }

  /**
   * Share (0 to 1) of the consumers that are connected to one hub while their provider is connected to the
   * other hub.
   */
  get crossing(): number {
    const { people } = this.#population;
    const crossing = this.#consumersAt.filter((hub, i) => hub !== this.#providersAt[people[i]!.machine]);
    return crossing.length / this.#consumersAt.length;
  }

  get pids() {
    return {
      hubs: this.hubs.map(({ program }) => program.pid!),
      redis: [this.redis.pid!],
      agents: [this.agents.pid],
      consumers: [this.consumers.pid],
    };
  }

  async stop(): Promise<void> {
    await this.consumers.stop();
    await this.agents.stop();
    for (const { program } of this.hubs) await program.stop();
    await this.#programs.close({ keepLogs: false });
    await this.redis.stop();
  }

  #anyHub(at: number[]): string {
    const hub = Math.floor(Math.random() * HUBS);
    at.push(hub);
    return this.hubs[hub]!.url;
  }
}

/**
 * Returns a different IP address for each user and each provider, because hubs limit the rate of requests per
 * address.
 */
function addressOf(network: number, index: number): string {
  return [network, 0, index >> 8, index & 255].join('.');
}

/** Returns the path of the CPU profile that a hub writes when it ends. */
export function profileOf(hub: number, folder: string): string {
  return join(folder, fileOf(`hub-${hub}`));
}

function fileOf(name: string): string {
  return `scale-${name}.${process.pid}.cpuprofile`;
}

function profiled(name: string, folder: string | undefined): NodeJS.ProcessEnv {
  if (folder === undefined) return {};
  return { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder} --cpu-prof-name=${fileOf(name)}` };
}
