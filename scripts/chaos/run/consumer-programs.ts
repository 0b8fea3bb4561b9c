/**
 * Part of the chaos runs: starts and ends the consumer processes. Each consumer has its own VM, and its own
 * network line (a TCP proxy) to the hub or load balancer.
 */
import { join } from 'node:path';
import type { UniCore } from '@unicore/client/sdk';
import { LineProxy } from '@unicore/server/testing';
import type { Program } from '../../testing/processes/program.ts';
import type { Programs } from '../../testing/processes/programs.ts';
import { runningVm } from '../../testing/vms.ts';
import { FromConsumer } from './messages.ts';

/** The data that a consumer needs to open terminals: the hub's URL, a token, and the id of a VM. */
export interface Access {
  readonly url: string;
  readonly token: string;
  readonly vmId: string;
}

export class ConsumerPrograms {
  readonly programs: readonly Program[];
  /**
   * The network lines (TCP proxies) of the consumers, in the order of `programs`. The list is empty before
   * connect() is called.
   */
  readonly lines: LineProxy[] = [];
  readonly #access: Access[] = [];

  /** Creates the consumer processes, but does not start them. */
  constructor(all: Programs, count: number, said: (message: FromConsumer) => void) {
    this.programs = Array.from({ length: count }, (_, index) =>
      all.add(`consumer-${index}`, {
        args: () => [join(import.meta.dirname, 'consumer-main.ts')],
        message: (message) => said(FromConsumer.parse(message)),
      }),
    );
  }

  /**
   * Starts a VM and a consumer process for each consumer. `port` is the port of the hub or load balancer.
   * `token` is the token of the user who owns the VMs, and `unicore` is an SDK client of this user.
   */
  async connect({ port, token, unicore }: { port: number; token: string; unicore: UniCore }): Promise<void> {
    for (const consumer of this.programs) {
      const line = await LineProxy.open(port);
      this.lines.push(line);
      this.#access.push({ url: line.origin, token, vmId: await runningVm(unicore) });
      await consumer.start();
    }
  }

  access(consumer: number): Access {
    return this.#access[consumer]!;
  }

  async close(): Promise<void> {
    for (const line of this.lines) line.close();
    await Promise.all(this.programs.map((consumer) => consumer.kill()));
  }
}
