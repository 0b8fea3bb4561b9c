/**
 * Pure functions that apply the events of the subscription vm.watch (changes of machines) to the list of
 * machines.
 */
import type { Vm, VmEvent } from '@unicore/protocol/api';

/**
 * Sorts machines by age, the newest first. Machines of equal age are sorted by id, so that all browsers show
 * the same order.
 */
function byAge(a: Vm, b: Vm): number {
  return b.createdAt - a.createdAt || a.vmId.localeCompare(b.vmId);
}

export function applyVmEvent(vms: readonly Vm[], event: VmEvent): Vm[] {
  switch (event.type) {
    case 'all':
      return present(event.vms.map((vm) => newest(vms, vm)));
    case 'changed':
      return present([...vms.filter(({ vmId }) => vmId !== event.vm.vmId), newest(vms, event.vm)]);
    case 'deleted':
      return vms.filter(({ vmId }) => vmId !== event.vmId);
  }
}

/**
 * Returns the newer of two records of the same machine. Their update times are compared, because lists,
 * events and answers can arrive in the wrong order. If the times are equal, returns the record that arrived
 * last.
 */
function newest(vms: readonly Vm[], vm: Vm): Vm {
  const known = vms.find(({ vmId }) => vmId === vm.vmId);
  return known && known.updatedAt > vm.updatedAt ? known : vm;
}

function present(vms: Vm[]): Vm[] {
  return vms.filter(({ state }) => state !== 'deleted').sort(byAge);
}
