/** The consumers of an ordeal (a chaos run): processes with their own VM and their own line to the hub or load balancer. */
import { join } from 'node:path';
import type { UniCore } from '@unicore/client/sdk';
import { LineProxy } from '@unicore/server/testing';
import { runningVm } from '../../tests/vms.ts';
import { FromConsumer } from './contract.ts';
import type { Program } from './program.ts';
import type { Programs } from './programs.ts';

/** What a consumer is given: the hub's URL, a bearer token, and the VM of its terminals (at most 32). */
export interface Seat {
  readonly url: string;
  readonly token: string;
  readonly vmId: string;
}

export class Audience {
  readonly consumers: readonly Program[];
  /** Lines of the consumers, in their order; opened by come(). */
  readonly lines: LineProxy[] = [];
  readonly #seats: Seat[] = [];

  /** Declares the consumers; come() starts them. */
  constructor(programs: Programs, count: number, said: (message: FromConsumer) => void) {
    this.consumers = Array.from({ length: count }, (_, index) =>
      programs.add(`consumer-${index}`, {
        args: () => [join(import.meta.dirname, 'consumer.ts')],
        message: (message) => said(FromConsumer.parse(message)),
      }),
    );
  }

  /** Starts the consumers. port: where their lines go. token: of the user for whom `unicore` creates their VMs. */
  async come({ port, token, unicore }: { port: number; token: string; unicore: UniCore }): Promise<void> {
    for (const consumer of this.consumers) {
      const line = await LineProxy.open(port);
      this.lines.push(line);
      this.#seats.push({ url: line.origin, token, vmId: await runningVm(unicore) });
      await consumer.start();
    }
  }

  seat(consumer: number): Seat {
    return this.#seats[consumer]!;
  }

  async leave(): Promise<void> {
    for (const line of this.lines) line.close();
    await Promise.all(this.consumers.map((consumer) => consumer.kill()));
  }
}
