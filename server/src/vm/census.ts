/**
 * Counts VMs by phase and by provider, for metrics and lists. All VMs are read once, and then events keep the
 * counts up to date.
 */
import type { Clock } from '@unicore/protocol';
import type { HubEvents } from '../events/index.ts';
import type { Phase, Store, VmRow } from '../store/index.ts';

/**
 * Interval between two full reads, ms. A full read corrects the counts if events were lost. The interval is
 * long, because some stores bill each read.
 */
const FRESH_MS = 60 * 60_000;

type Counted = Pick<VmRow, 'phase' | 'providerId' | 'rev'>;

export class Census {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #vms = new Map<string, Counted>();
  #reading: Promise<void> | undefined;
  #staleAt = 0;

  constructor(store: Store, events: HubEvents, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    events.on('vm', (vm) => this.#note(vm));
    events.on('interrupted', () => {
      this.#reading = undefined;
    });
  }

  async phases(): Promise<Map<Phase, number>> {
    await this.#read();
    const counts = new Map<Phase, number>();
    for (const { phase } of this.#vms.values()) counts.set(phase, (counts.get(phase) ?? 0) + 1);
    return counts;
  }

  async byProvider(): Promise<Map<string, number>> {
    await this.#read();
    const counts = new Map<string, number>();
    for (const { providerId } of this.#vms.values())
      if (providerId !== null) counts.set(providerId, (counts.get(providerId) ?? 0) + 1);
    return counts;
  }

  async #read(): Promise<void> {
    if (this.#clock.now() >= this.#staleAt) this.#reading = undefined;
    this.#reading ??= this.#readAll();
    await this.#reading;
  }

  async #readAll(): Promise<void> {
    this.#staleAt = this.#clock.now() + FRESH_MS;
    this.#vms.clear();
    try {
      for (const vm of await this.#store.vms()) this.#note(vm);
    } catch (error) {
      this.#reading = undefined;
      throw error;
    }
  }

  #note({ vmId, phase, providerId, rev }: VmRow): void {
    if (rev < (this.#vms.get(vmId)?.rev ?? 0)) return;
    if (phase === 'deleted') this.#vms.delete(vmId);
    else this.#vms.set(vmId, { phase, providerId, rev });
  }
}
