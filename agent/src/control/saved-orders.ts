/**
 * vms.json: the last order for each VM, and why a start was given up. A restarted agent learns from this file
 * which VMs it has.
 */
import { join } from 'node:path';
import { VmOrder } from '@unicore/protocol/control';
import { z } from 'zod';
import { LatestFile, readJson } from '../files/index.ts';

/** Why the start of a VM was given up. Only a new order for the VM clears the failure. */
export const Failure = z.object({ code: z.string(), reason: z.string() });
export type Failure = z.infer<typeof Failure>;

const Entry = z.object({ order: VmOrder, failure: Failure.nullable() });
export type Entry = z.infer<typeof Entry>;
const Book = z.object({ vms: z.array(Entry) });

const REMEDY = 'Delete it and start the agent again: the hub tells it what it should run.';

export class SavedOrders {
  readonly #file: LatestFile;
  readonly #entries: Map<string, Entry>;

  private constructor(file: LatestFile, entries: Entry[]) {
    this.#file = file;
    this.#entries = new Map(entries.map((entry) => [entry.order.vmId, entry]));
  }

  static async load(agentDir: string): Promise<SavedOrders> {
    const path = join(agentDir, 'vms.json');
    const book = await readJson(path, Book, REMEDY);
    return new SavedOrders(new LatestFile(path), book?.vms ?? []);
  }

  entries(): Entry[] {
    return [...this.#entries.values()];
  }

  get(vmId: string): Entry | undefined {
    return this.#entries.get(vmId);
  }

  set(entry: Entry): void {
    this.#entries.set(entry.order.vmId, entry);
  }

  delete(vmId: string): void {
    this.#entries.delete(vmId);
  }

  /** Resolves when all orders and failures that were set so far are on disk. */
  save(): Promise<void> {
    return this.#file.save(() => ({ vms: this.entries() }));
  }
}
