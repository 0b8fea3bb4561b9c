/**
 * Part of the chaos run with several hubs: starts all processes of the run. Consumers and providers connect
 * to the load balancer, which picks a hub at random.
 */
import { createUniCore } from '@unicore/client/sdk';
import { untilOnline } from '../../testing/vms.ts';
import { ConsumerPrograms } from '../run/consumer-programs.ts';
import type { Environment, EnvironmentEvents } from '../run/environment.ts';
import { Deployment } from './deployment.ts';

export interface HubsOptions {
  readonly providers: number;
  /** Number of consumers. Each consumer has a VM, and the VMs are spread evenly over the providers. */
  readonly consumers: number;
  readonly direct: boolean;
  readonly firestore: boolean;
}

export class HubsEnvironment implements Environment {
  readonly deployment: Deployment;
  /** The consumer processes. Their network lines (TCP proxies) lead to the load balancer. */
  readonly consumers: ConsumerPrograms;

  constructor({ consumers, ...options }: HubsOptions, { said, died }: EnvironmentEvents) {
    this.deployment = new Deployment({ ...options, died });
    this.consumers = new ConsumerPrograms(this.deployment.programs, consumers, said);
  }

  get hubs() {
    return this.deployment.hubs;
  }

  get providers() {
    return this.deployment.providers;
  }

  get logs(): string {
    return this.deployment.programs.logs;
  }

  async start(): Promise<void> {
    const { deployment } = this;
    await deployment.start();
    for (const provider of deployment.providers) await deployment.join(provider, deployment.balancerPort);
    const { token } = await deployment.user('ada');
    const unicore = createUniCore({ url: deployment.balancer.url, getToken: () => token });
    await untilOnline(unicore, deployment.providers.length);
    await this.consumers.connect({ port: deployment.balancerPort, token, unicore });
    unicore.close();
  }

  note(line: string): void {
    this.deployment.programs.note(line);
  }

  async close(options: { keepLogs: boolean }): Promise<void> {
    await this.consumers.close();
    await this.deployment.close(options);
  }
}
