/** Takes in what agents report of their VMs, and makes their orders. Both are whole states, so repeating them is harmless. */
import type { VmObserved, VmOrder } from '@unicore/protocol/control';
import type { HubEvents } from '../events/index.ts';
import type { Store, VmRow } from '../store/index.ts';
import { eventOf, LIFECYCLE, type LifeEvent } from './lifecycle.ts';
import type { VmWriter } from './writer.ts';

export interface Report {
  /** Whether the report has all VMs of the agent, or only those that changed. */
  whole: boolean;
  vms: VmObserved[];
}

export class Reports {
  readonly #store: Store;
  readonly #events: HubEvents;
  readonly #writer: VmWriter;

  constructor(store: Store, events: HubEvents, writer: VmWriter) {
    this.#store = store;
    this.#events = events;
    this.#writer = writer;
  }

  /** Applies a report of the agent that is connected here. Returns the VMs that this provider has but should not have. */
  async take(providerId: string, report: Report): Promise<string[]> {
    const strays: string[] = [];
    for (const seen of report.vms) {
      const vm = await this.#store.vm(seen.vmId);
      // A VM that the store does not know may belong to another deployment: it is left alone.
      if (!vm) continue;
      if (vm.providerId === providerId && vm.gen === seen.gen && vm.phase !== 'deleted') {
        const now = await this.#note(vm, seen);
        // The agent may have come from a hub that died before it published the VM's last change.
        if (report.whole) this.#events.tell('vm', now);
      } else if (seen.phase !== 'deleted') strays.push(vm.vmId);
    }
    if (report.whole) await this.#settleMissing(providerId, report.vms);
    return strays;
  }

  /** The VMs that this provider should have, and orders to delete its strays. */
  async orders(providerId: string, strays: Iterable<string>): Promise<VmOrder[]> {
    const orders = (await this.#store.vms({ providerId })).map(orderOf);
    for (const vmId of strays) {
      const vm = await this.#store.vm(vmId);
      // A VM that belongs here in a newer generation is in the list already.
      if (!vm || orders.some((order) => order.vmId === vmId)) continue;
      orders.push({ ...orderOf(vm), desired: 'deleted' });
    }
    return orders;
  }

  async #note(vm: VmRow, seen: VmObserved): Promise<VmRow> {
    const event = eventOf(vm.desired, seen.phase);
    if (!event) return vm;
    const reason = reasonOf(event, seen);
    // Skips what is known already: an agent that reconnects reports all its VMs.
    if (LIFECYCLE[vm.phase][event] === vm.phase && vm.reason === reason) return vm;
    return (await this.#writer.apply(vm.vmId, event, () => ({ reason }))).vm;
  }

  /** A VM in phase deleting that the agent does not have any more was deleted while it was disconnected. */
  async #settleMissing(providerId: string, vms: VmObserved[]): Promise<void> {
    const there = new Set(vms.map(({ vmId }) => vmId));
    for (const { vmId } of await this.#store.vms({ providerId, phase: 'deleting' })) {
      if (!there.has(vmId)) await this.#writer.apply(vmId, 'gone');
    }
  }
}

export function orderOf(vm: VmRow): VmOrder {
  const { vmId, image, size, attempt } = vm;
  // A queued VM must not run yet, although its desired state is running.
  const desired = vm.phase === 'queued' ? 'stopped' : vm.desired;
  return { vmId, gen: Math.max(1, vm.gen), desired, image, size, attempt };
}

function reasonOf(event: LifeEvent, { reason }: VmObserved): string | null {
  if (reason !== null) return reason;
  if (event === 'exited') return 'It stopped by itself and is started again.';
  return event === 'failed'
    ? 'Its provider could not run it and did not say why. Start it to try again.'
    : null;
}
