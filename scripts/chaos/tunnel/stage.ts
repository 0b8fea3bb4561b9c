/** All hops between terminals and consumers, as processes and lines of their own: what faults.ts breaks. */
import { createUniCore } from '@unicore/client/sdk';
import { openLocalAuth } from '@unicore/server';
import { LineProxy } from '../../tests/line-proxy.ts';
import { runningVm } from '../../tests/vms.ts';
import { Hub } from '../ordeal/hub.ts';
import type { Program } from '../ordeal/program.ts';
import { Programs } from '../ordeal/programs.ts';
import { Provider } from '../ordeal/provider.ts';
import type { Seat, Stage, StageEvents } from '../ordeal/stage.ts';
import { talkers } from '../ordeal/talkers.ts';

/** With a line and a VM each, as a VM has at most 32 terminals. */
export const CONSUMERS = 2;

export class TunnelStage implements Stage {
  readonly hub: Hub;
  readonly provider: Provider;
  readonly consumers: readonly Program[];
  /** Between each consumer and the hub. */
  readonly consumerLines: LineProxy[] = [];
  readonly #programs: Programs;
  readonly #vmIds: string[] = [];
  #token = '';

  constructor({ said, died }: StageEvents) {
    this.#programs = new Programs(died);
    this.hub = new Hub(this.#programs, 'hub');
    this.provider = new Provider(this.#programs, 'tunnel');
    this.consumers = talkers(this.#programs, CONSUMERS, said);
  }

  get logs(): string {
    return this.#programs.logs;
  }

  async start(): Promise<void> {
    const { hub } = this;
    await hub.program.start();
    const auth = openLocalAuth(this.#programs.folder, hub.url);
    const { userId } = await auth.owner();
    this.#token = await auth.bearerToken(userId);
    const joinToken = await auth.joinToken(userId);
    await auth.close();
    await this.provider.start(hub.port, joinToken);
    const unicore = createUniCore({ url: hub.url, getToken: () => this.#token });
    for (const consumer of this.consumers) {
      this.consumerLines.push(await LineProxy.open(hub.port));
      this.#vmIds.push(await runningVm(unicore));
      await consumer.start();
    }
    unicore.close();
  }

  seat(consumer: number): Seat {
    const url = this.consumerLines[consumer]!.origin;
    return { url, token: this.#token, vmId: this.#vmIds[consumer]! };
  }

  note(line: string): void {
    this.#programs.note(line);
  }

  async close(options: { keepLogs: boolean }): Promise<void> {
    for (const line of this.consumerLines) line.close();
    await Promise.all(this.consumers.map((consumer) => consumer.kill()));
    await this.provider.close();
    await this.hub.program.stop();
    await this.#programs.close(options);
  }
}
