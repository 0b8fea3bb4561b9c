/** Gives queued VMs to providers with room, and says of the others why they wait. */
import type { Presence } from '../provider/presence.ts';
import type { ProviderRow, VmRow } from '../store/rows.ts';
import type { Store } from '../store/store.ts';
import { takesRoom } from './lifecycle.ts';
import { type Candidate, place } from './placement.ts';
import type { VmWriter } from './writer.ts';

export interface PlacerDeps {
  store: Store;
  presence: Presence;
  writer: VmWriter;
}

export class Placer {
  readonly #deps: PlacerDeps;
  #last: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(deps: PlacerDeps) {
    this.#deps = deps;
  }

  /** Resolves after a pass that began after this call. One pass at a time: two would give the same room away twice. */
  run(): Promise<void> {
    this.#next ??= this.#last.then(() => {
      this.#next = undefined;
      return this.#pass();
    });
    this.#last = this.#next.catch(() => {});
    return this.#next;
  }

  async #pass(): Promise<void> {
    const { store, writer } = this.#deps;
    const queued = await store.vms({ phase: 'queued' });
    if (queued.length === 0) return;
    const providers = await store.providers();
    const candidates = this.#candidates(providers, await store.vms());
    for (const vm of queued) {
      const placement = place(
        { size: vm.size, pinned: pinnedOf(vm, providers) },
        candidates,
        providers.length,
      );
      if ('reason' in placement) await this.#wait(vm.vmId, placement.reason);
      else {
        placement.candidate.load.push(vm.size);
        const { providerId, isolation } = placement.candidate;
        // gen rises only where it goes to another provider: its files stay with the generation that has them.
        await writer.apply(vm.vmId, 'assign', (row) => ({
          reason: null,
          providerId,
          isolation,
          gen: row.providerId === providerId ? row.gen : row.gen + 1,
        }));
      }
    }
  }

  async #wait(vmId: string, reason: string): Promise<void> {
    await this.#deps.writer.update(vmId, (vm) => (vm.phase === 'queued' ? { reason } : {}));
  }

  #candidates(providers: ProviderRow[], vms: VmRow[]): Candidate[] {
    return this.#deps.presence.reachable().flatMap(({ providerId, hello }) => {
      const provider = providers.find((each) => each.providerId === providerId);
      if (!provider) return [];
      const { runtime, isolation, beat } = hello;
      const load = vms
        .filter((vm) => vm.providerId === providerId && takesRoom(vm.phase))
        .map((vm) => vm.size);
      return [{ providerId, name: provider.name, runtime, isolation, ...roomOf(beat), load }];
    });
  }
}

function roomOf({ cores, memoryTotal }: { cores: number; memoryTotal: number }) {
  return { cores, memoryTotal };
}

function pinnedOf(vm: VmRow, providers: ProviderRow[]): { providerId: string; name: string } | undefined {
  return providers.find(({ providerId }) => providerId === vm.providerId);
}
