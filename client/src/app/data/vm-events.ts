/** vm.watch made into a list: pure, so that the order of events is all that counts. */
import type { Vm, VmEvent } from '@unicore/protocol/api';

/** Newest first, so that a machine just made stands on top; ties keep one order in every browser. */
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

/** Lists, streams and answers to actions overtake each other: the newer record counts, and of equals the one just heard. */
function newest(vms: readonly Vm[], vm: Vm): Vm {
  const known = vms.find(({ vmId }) => vmId === vm.vmId);
  return known && known.updatedAt > vm.updatedAt ? known : vm;
}

function present(vms: Vm[]): Vm[] {
  return vms.filter(({ state }) => state !== 'deleted').sort(byAge);
}
