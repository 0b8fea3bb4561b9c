/**
 * Part of the chaos run with one hub: starts all processes of the run, which are a hub, a provider and
 * consumers. Provider and consumers connect to the hub through TCP proxies (network lines).
 */
import { createUniCore } from '@unicore/client/sdk';
import { openLocalAuth } from '@unicore/server';
import { Provider } from '../../testing/processes/agent-program.ts';
import { Hub } from '../../testing/processes/hub-program.ts';
import { Programs } from '../../testing/processes/programs.ts';
import { ConsumerPrograms } from '../run/consumer-programs.ts';
import type { Environment, EnvironmentEvents } from '../run/environment.ts';

/** Number of consumers. Each consumer has its own VM, because a VM can have at most 32 terminals. */
export const CONSUMERS = 2;

export class TunnelEnvironment implements Environment {
  readonly hubs: readonly [Hub];
  readonly providers: readonly [Provider];
  /** The consumer processes. Their network lines (TCP proxies) lead to the hub. */
  readonly consumers: ConsumerPrograms;
  readonly #programs: Programs;

  constructor({ said, died }: EnvironmentEvents) {
    this.#programs = new Programs(died);
    this.hubs = [new Hub(this.#programs, 'hub')];
    this.providers = [new Provider(this.#programs, 'tunnel')];
    this.consumers = new ConsumerPrograms(this.#programs, CONSUMERS, said);
  }

  get logs(): string {
    return this.#programs.logs;
  }

  async start(): Promise<void> {
    const [hub] = this.hubs;
    await hub.program.start();
    const auth = openLocalAuth(this.#programs.folder, hub.url);
    const { userId } = await auth.owner();
    const token = await auth.bearerToken(userId);
    const joinToken = await auth.joinToken(userId);
    await auth.close();
    await this.providers[0].start(hub.port, joinToken);
    const unicore = createUniCore({ url: hub.url, getToken: () => token });
    await this.consumers.connect({ port: hub.port, token, unicore });
    unicore.close();
  }

  note(line: string): void {
    this.#programs.note(line);
  }

  async close(options: { keepLogs: boolean }): Promise<void> {
    await this.consumers.close();
    await this.providers[0].close();
    await this.hubs[0].program.stop();
    await this.#programs.close(options);
  }
}
