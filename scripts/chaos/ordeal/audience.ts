/** The consumers of an ordeal: programs with a VM each, and a line of their own to the hub, or to what is before it. */
import { join } from 'node:path';
import type { UniCore } from '@unicore/client/sdk';
import { LineProxy } from '@unicore/server/testing';
import { runningVm } from '../../tests/vms.ts';
import { FromConsumer } from './contract.ts';
import type { Program } from './program.ts';
import type { Programs } from './programs.ts';

/** From where a consumer reaches a hub, by which right, and in which VM its terminals are: at most 32. */
export interface Seat {
  readonly url: string;
  readonly token: string;
  readonly vmId: string;
}

export class Audience {
  readonly consumers: readonly Program[];
  /** In their order, once they have come. */
  readonly lines: LineProxy[] = [];
  readonly #seats: Seat[] = [];

  /** They have not come yet. */
  constructor(programs: Programs, count: number, said: (message: FromConsumer) => void) {
    this.consumers = Array.from({ length: count }, (_, index) =>
      programs.add(`consumer-${index}`, {
        args: () => [join(import.meta.dirname, 'consumer.ts')],
        message: (message) => said(FromConsumer.parse(message)),
      }),
    );
  }

  /** port: where their lines go. token: of the user whose VMs they get, by unicore. */
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
