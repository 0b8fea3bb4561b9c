/** The consumer processes of a chaos run. Each has a VM, and a line of its own to the hub or load balancer. */
import { join } from 'node:path';
import type { UniCore } from '@unicore/client/sdk';
import { LineProxy } from '@unicore/server/testing';
import type { Program } from '../../testing/processes/program.ts';
import type { Programs } from '../../testing/processes/programs.ts';
import { runningVm } from '../../testing/vms.ts';
import { FromConsumer } from './messages.ts';

/** What a consumer needs to open terminals: the hub's URL, a token, and a VM with at most 32 terminals. */
export interface Access {
  readonly url: string;
  readonly token: string;
  readonly vmId: string;
}

export class ConsumerPrograms {
  readonly programs: readonly Program[];
  /** Lines of the consumers, in the order of the programs; empty before connect(). */
  readonly lines: LineProxy[] = [];
  readonly #access: Access[] = [];

  /** Starts nothing yet. */
  constructor(all: Programs, count: number, said: (message: FromConsumer) => void) {
    this.programs = Array.from({ length: count }, (_, index) =>
      all.add(`consumer-${index}`, {
        args: () => [join(import.meta.dirname, 'consumer-main.ts')],
        message: (message) => said(FromConsumer.parse(message)),
      }),
    );
  }

  /** Starts the consumers. port: of the hub or load balancer. token, unicore: of the user whose VMs the consumers get. */
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
