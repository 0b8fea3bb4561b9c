/** Converts VMs to the form that clients see: the stored state, or `suspect` while the provider is silent. */
import type { Vm } from '@unicore/protocol/api';
import type { Presence } from '../provider/index.ts';
import type { Store, VmRow } from '../store/index.ts';

export class VmViews {
  readonly #store: Store;
  readonly #presence: Presence;

  constructor(store: Store, presence: Presence) {
    this.#store = store;
    this.#presence = presence;
  }

  async one(vm: VmRow): Promise<Vm> {
    const [view] = await this.all([vm]);
    return view!;
  }

  async all(vms: readonly VmRow[]): Promise<Vm[]> {
    const sights = await this.#presence.look(vms.flatMap(({ providerId }) => providerId ?? []));
    const names = new Map<string | null, string>();
    for (const [providerId, { suspect }] of sights) {
      if (suspect) names.set(providerId, (await this.#store.provider(providerId))?.name ?? providerId);
    }
    return vms.map((vm) => viewVm(vm, names.get(vm.providerId)));
  }
}

/**
 * Converts one VM. `silentProvider` is the name of the VM's provider if that provider is silent, otherwise
 * undefined.
 */
export function viewVm(vm: VmRow, silentProvider: string | undefined): Vm {
  const { vmId, name, providerId, image, size, isolation, createdAt, updatedAt } = vm;
  const overlay = silentProvider === undefined ? {} : silence(vm, silentProvider);
  const state = vm.phase;
  return {
    vmId,
    name,
    state,
    reason: vm.reason,
    ...overlay,
    providerId,
    image,
    size,
    isolation,
    createdAt,
    updatedAt,
  };
}

function silence(vm: VmRow, provider: string): Partial<Pick<Vm, 'state' | 'reason'>> {
  const silent = `Provider ${provider} has not answered for 10 s.`;
  switch (vm.phase) {
    case 'assigned':
    case 'starting':
    case 'running':
    case 'stopping':
      return { state: 'suspect', reason: `${silent} The VM comes back by itself when the provider does.` };
    case 'deleting':
      return { reason: `${silent} The VM is removed there when it is back.` };
    default:
      return {};
  }
}
