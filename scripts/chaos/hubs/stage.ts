/** The stage of the hubs' ordeal: everybody dials the balancer, and chance decides at which hub they are. */
import { createUniCore } from '@unicore/client/sdk';
import { LineProxy } from '../../tests/line-proxy.ts';
import { runningVm, untilOnline } from '../../tests/vms.ts';
import type { Program } from '../ordeal/program.ts';
import type { Seat, Stage, StageEvents } from '../ordeal/stage.ts';
import { talkers } from '../ordeal/talkers.ts';
import { Deployment } from './deployment.ts';

export interface HubsStageOptions {
  readonly providers: number;
  /** Each with a VM; VMs are spread evenly over providers. */
  readonly consumers: number;
  readonly direct: boolean;
  readonly firestore: boolean;
}

export class HubsStage implements Stage {
  readonly deployment: Deployment;
  readonly consumers: readonly Program[];
  /** Between each consumer and the balancer. */
  readonly consumerLines: LineProxy[] = [];
  readonly #vmIds: string[] = [];
  #token = '';

  constructor({ consumers, ...options }: HubsStageOptions, { said, died }: StageEvents) {
    this.deployment = new Deployment({ ...options, died });
    this.consumers = talkers(this.deployment.programs, consumers, said);
  }

  get logs(): string {
    return this.deployment.programs.logs;
  }

  async start(): Promise<void> {
    const { deployment } = this;
    await deployment.start();
    for (const provider of deployment.providers) await deployment.join(provider, deployment.balancerPort);
    ({ token: this.#token } = await deployment.user('ada'));
    const unicore = createUniCore({ url: deployment.balancer.url, getToken: () => this.#token });
    await untilOnline(unicore, deployment.providers.length);
    for (const consumer of this.consumers) {
      this.consumerLines.push(await LineProxy.open(deployment.balancerPort));
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
    this.deployment.programs.note(line);
  }

  async close(options: { keepLogs: boolean }): Promise<void> {
    for (const line of this.consumerLines) line.close();
    await Promise.all(this.consumers.map((consumer) => consumer.kill()));
    await this.deployment.close(options);
  }
}
