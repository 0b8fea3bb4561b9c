/** The whole system: two hubs with a Redis and a store, providers in one process and consumers in another. */
import { join } from 'node:path';
import { RedisServer } from '@unicore/server/testing/redis';
import { Hub } from '../../chaos/ordeal/hub.ts';
import { Programs } from '../../chaos/ordeal/programs.ts';
import { Child } from '../lib/child.ts';
import type { AgentCalls } from './agents.ts';
import { type Cast, populate } from './cast.ts';
import type { ConsumerCalls } from './consumers.ts';

const HUBS = 2;
/** Consumers run in browsers, or in programs that are not ours: with the young generation that V8 gives to everybody, MiB. */
const OF_NODE = ['--max-semi-space-size=16'];

export interface SystemOptions {
  /** That are there in the end. */
  readonly providers: number;
  readonly consumers: number;
  readonly cpuProf: string | undefined;
}

export class System {
  readonly redis: RedisServer;
  readonly hubs: readonly Hub[];
  readonly agents: Child<AgentCalls>;
  readonly consumers: Child<ConsumerCalls>;
  readonly #programs: Programs;
  readonly #cast: Cast;
  /** At which hub each provider is, in the order of the cast. */
  readonly #providersAt: number[] = [];
  readonly #consumersAt: number[] = [];

  private constructor(
    programs: Programs,
    redis: RedisServer,
    hubs: readonly Hub[],
    cast: Cast,
    cpuProf?: string,
  ) {
    this.#programs = programs;
    this.redis = redis;
    this.hubs = hubs;
    this.#cast = cast;
    this.agents = new Child({ script: 'scale/agents.ts', cpuProf });
    this.consumers = new Child({ script: 'scale/consumers.ts', flags: OF_NODE, cpuProf });
  }

  /** Nobody is connected yet. */
  static async start({ providers, consumers, cpuProf }: SystemOptions): Promise<System> {
    const programs = new Programs((what, how) => {
      throw new Error(`The ${what} ${how}.`);
    });
    const redis = await RedisServer.start();
    try {
      const cast = await populate(programs.folder, providers, consumers);
      const hubs = Array.from({ length: HUBS }, (_, i) => {
        const args = ['--redis', redis.url, '--proxies', '1', '--log-level', 'warn'];
        return new Hub(programs, `hub-${i}`, args, profiled(`hub-${i}`, cpuProf));
      });
      for (const { program } of hubs) await program.start();
      return new System(programs, redis, hubs, cast, cpuProf);
    } catch (error) {
      await programs.close({ keepLogs: true });
      await redis.stop();
      throw error;
    }
  }

  /** Until their providers are there, too, each at a hub that chance decides. All come at once. */
  async connectProviders(consumers: number): Promise<void> {
    const count = this.#cast.people[consumers - 1]!.machine + 1;
    const first = this.#providersAt.length;
    const machines = this.#cast.machines.slice(first, count).map((machine, i) => {
      return { ...machine, hub: this.#anyHub(this.#providersAt), address: addressOf(10, first + i) };
    });
    await this.agents.call.connect(machines);
  }

  /** Until so many are there; so many come at once as are missing. */
  async connectConsumers(count: number): Promise<void> {
    const first = this.#consumersAt.length;
    const seats = this.#cast.people.slice(first, count).map((person, i) => {
      return { ...person, hub: this.#anyHub(this.#consumersAt), address: addressOf(11, first + i) };
    });
    await this.consumers.call.connect(seats);
  }

  get providers(): number {
    return this.#providersAt.length;
  }

  /** Share of the consumers whose provider is at the other hub. */
  get crossing(): number {
    const { people } = this.#cast;
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

/** An address for everybody, as people and machines have it: hubs limit what comes from one. */
function addressOf(network: number, index: number): string {
  return [network, 0, index >> 8, index & 255].join('.');
}

/** Where a hub's profile is, once it has ended. */
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
