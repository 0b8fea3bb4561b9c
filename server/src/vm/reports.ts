/**
 * Applies the agents' reports about their VMs, and creates the orders for agents. Reports and orders describe
 * states, not changes, so repeating them is harmless.
 */
import type { VmObserved, VmOrder } from '@unicore/protocol/control';
import type { HubEvents } from '../events/index.ts';
import type { Store, VmRow } from '../store/index.ts';
import { eventOf, LIFECYCLE, type LifeEvent } from './lifecycle.ts';
import type { VmWriter } from './writer.ts';

export interface Report {
  /**
   * True if the report contains all VMs of the agent. False if it contains only the VMs that have changed.
   */
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

  /**
   * Applies a report of an agent that is connected to this hub. Returns the ids of the VMs that this provider
   * has but should not have.
   */
  async take(providerId: string, report: Report): Promise<string[]> {
    const strays: string[] = [];
    for (const seen of report.vms) {
      const vm = await this.#store.vm(seen.vmId);
      // A VM that the store does not know may belong to another deployment, so it is not touched.
      if (!vm) continue;
      if (vm.providerId === providerId && vm.gen === seen.gen && vm.phase !== 'deleted') {
        const now = await this.#note(vm, seen);
        // The agent may have moved here from a hub that died before it published the VM's last change. So
        // this hub publishes the VM's state again.
        if (report.whole) this.#events.tell('vm', now);
      } else if (seen.phase !== 'deleted') strays.push(vm.vmId);
    }
    if (report.whole) await this.#settleMissing(providerId, report.vms);
    return strays;
  }

  /**
   * Returns the orders for all VMs that this provider should have, and orders to delete the VMs (`strays`)
   * that it should not have.
   */
  async orders(providerId: string, strays: Iterable<string>): Promise<VmOrder[]> {
    const orders = (await this.#store.vms({ providerId })).map(orderOf);
    for (const vmId of strays) {
      const vm = await this.#store.vm(vmId);
      // The provider may have an old generation of a VM that is now assigned to it again. The orders already
      // contain one for this VM, so no order to delete it is added.
      if (!vm || orders.some((order) => order.vmId === vmId)) continue;
      orders.push({ ...orderOf(vm), desired: 'deleted' });
    }
    return orders;
  }

  async #note(vm: VmRow, seen: VmObserved): Promise<VmRow> {
    const event = eventOf(vm.desired, seen.phase);
    if (!event) return vm;
    const reason = reasonOf(event, seen);
    // Writes nothing if the report changes nothing, because an agent that reconnects reports all of its VMs.
    if (LIFECYCLE[vm.phase][event] === vm.phase && vm.reason === reason) return vm;
    return (await this.#writer.apply(vm.vmId, event, () => ({ reason }))).vm;
  }

  /**
   * Marks VMs in phase `deleting` as deleted if the agent's report does not contain them any more. The agent
   * deleted them while it was disconnected.
   */
  async #settleMissing(providerId: string, vms: VmObserved[]): Promise<void> {
    const there = new Set(vms.map(({ vmId }) => vmId));
    for (const { vmId } of await this.#store.vms({ providerId, phase: 'deleting' })) {
      if (!there.has(vmId)) await this.#writer.apply(vmId, 'gone');
    }
  }
}

export function orderOf(vm: VmRow): VmOrder {
  const { vmId, image, size, attempt } = vm;
  // A queued VM must not run until a provider is chosen, even if its desired state is `running`.
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
