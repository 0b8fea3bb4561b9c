/**
 * Assigns queued VMs to providers with free capacity, and stores the reason why other VMs wait. A lease lets
 * only one hub place VMs at a time, which avoids conflicts. The store's compare-and-set guarantees that no
 * capacity is assigned twice.
 */
import type { Clock } from '@unicore/protocol';
import type { Backplane } from '../backplane/index.ts';
import type { About, Presence } from '../provider/index.ts';
import type { Store, VmRow } from '../store/index.ts';
import { takesRoom } from './lifecycle.ts';
import { type Candidate, type Placement, place } from './placement.ts';
import type { VmWriter } from './writer.ts';

/** Maximum number of providers that the hub considers for one VM. */
const SAMPLE = 100;
/**
 * Number of providers that the hub picks at random for a VM that must run in one region. The number is larger
 * than for other VMs, because most of these providers may be in other regions.
 */
const REGION_SAMPLE = 2_000;
/**
 * The hub counts the VMs of this many providers at a time, until one has room. It begins with the providers
 * that reported the fewest VMs per core.
 */
const CHUNK = 8;
const PLACING = 'placer';
/** Duration of the placement lease, ms. If a hub dies while it places VMs, other hubs wait this long. */
export const LEASE_MS = 2_000;
const POLL_MS = 50;

export interface PlacerDeps {
  store: Store;
  backplane: Backplane;
  clock: Clock;
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

  /** Places queued VMs. Resolves when all queued VMs were considered once after this call. */
  run(): Promise<void> {
    this.#next ??= this.#last.then(() => {
      this.#next = undefined;
      return this.#pass();
    });
    this.#last = this.#next.catch(() => {});
    return this.#next;
  }

  async #pass(): Promise<void> {
    const { store, backplane, presence } = this.#deps;
    const waiting = () => store.vms({ phase: 'queued' });
    let queued = await waiting();
    if (queued.length === 0) return;
    // If another hub had the placement lease, that hub may have placed some of the queued VMs. So this hub
    // reads the list of queued VMs again.
    if (await this.#waitForLease()) queued = await waiting();
    try {
      const pass = new Pass(store, presence);
      for (const vm of queued) {
        await this.#hold();
        await this.#settle(pass, vm);
      }
    } finally {
      await backplane.leases.letGo(PLACING).catch(() => {});
    }
  }

  /**
   * Assigns one VM, or stores why it must wait. Tries again only if another write to the VM or its provider
   * came first.
   */
  async #settle(pass: Pass, queued: VmRow): Promise<void> {
    const { store, writer } = this.#deps;
    for (let vm: VmRow | undefined = queued; vm?.phase === 'queued'; vm = await store.vm(vm.vmId)) {
      const placement = await pass.choose(vm);
      if ('reason' in placement) return this.#wait(vm, placement.reason);
      const { candidate } = placement;
      if (await writer.place(vm, candidate)) return pass.took(candidate, vm);
      pass.forget(candidate);
    }
  }

  async #wait(vm: VmRow, reason: string): Promise<void> {
    if (vm.reason === reason) return;
    await this.#deps.writer.update(vm.vmId, (row) => (row.phase === 'queued' ? { reason } : {}));
  }

  /**
   * Waits for the placement lease. Resolves to true if another hub had the lease. After LEASE_MS this hub
   * places VMs without the lease. This is safe, because the lease only avoids duplicate work.
   */
  async #waitForLease(): Promise<boolean> {
    const { clock } = this.#deps;
    const end = clock.now() + LEASE_MS;
    for (let waited = false; ; waited = true) {
      if ((await this.#hold()) || clock.now() >= end) return waited;
      await new Promise<void>((go) => clock.after(POLL_MS, go));
    }
  }

  /**
   * Takes or renews the placement lease. Also resolves to true if the backplane is unreachable. Then each hub
   * places VMs on its own providers.
   */
  #hold(): Promise<boolean> {
    return this.#deps.backplane.leases.hold(PLACING, LEASE_MS).catch(() => true);
  }
}

/**
 * A provider whose VMs were counted. `placed` is the provider's placement counter at that time. The
 * assignment fails if the stored counter has changed since then.
 */
type Counted = Candidate & { placed: number };

/**
 * The providers that one placement pass has counted. A provider is counted only when needed, because some
 * stores bill each read.
 */
class Pass {
  readonly #store: Store;
  readonly #presence: Presence;
  readonly #counted = new Map<string, Counted>();
  /**
   * For each region, the providers that were picked at random. The key null means any region. Providers with
   * the fewest reported VMs per core come first.
   */
  readonly #samples = new Map<string | null, [string, About][]>();
  #joined: number | undefined;

  constructor(store: Store, presence: Presence) {
    this.#store = store;
    this.#presence = presence;
  }

  async choose(vm: VmRow): Promise<Placement<Counted>> {
    if (vm.providerId !== null) return this.#choosePinned(vm, vm.providerId);
    const { size, region } = vm;
    const wish = { size, region, pinned: undefined };
    const sample = await this.#sample(region);
    for (let from = 0; from < sample.length; from += CHUNK) {
      const counted = await this.#countAll(sample.slice(from, from + CHUNK));
      const placement = place(wish, counted, 1);
      if ('candidate' in placement || from + CHUNK >= sample.length) return placement;
    }
    this.#joined ??= (await this.#store.providers()).length;
    return place<Counted>(wish, [], this.#joined);
  }

  async #sample(region: string | null): Promise<[string, About][]> {
    const known = this.#samples.get(region);
    if (known) return known;
    const some = await this.#presence.some(region === null ? SAMPLE : REGION_SAMPLE);
    const there = [...some].filter(([, about]) => region === null || about.region === region);
    const sample = there.sort(([, a], [, b]) => density(a) - density(b)).slice(0, SAMPLE);
    this.#samples.set(region, sample);
    return sample;
  }

  took(candidate: Counted, vm: VmRow): void {
    candidate.placed += 1;
    candidate.load.push(vm.size);
  }

  /**
   * Removes this provider from the cache, because another hub has assigned a VM to it. The next use counts
   * its VMs again.
   */
  forget({ providerId }: Counted): void {
    this.#counted.delete(providerId);
  }

  async #choosePinned(vm: VmRow, providerId: string): Promise<Placement<Counted>> {
    const { up, about } = await this.#presence.lookAt(providerId);
    const name = (await this.#store.provider(providerId))?.name ?? providerId;
    const counted = up && about ? await this.#countAll([[providerId, about]]) : [];
    return place({ size: vm.size, region: null, pinned: { providerId, name } }, counted, 1);
  }

  async #countAll(providers: [string, About][]): Promise<Counted[]> {
    const counted = await Promise.all(providers.map(([id, about]) => this.#count(id, about)));
    return counted.filter((each) => each !== undefined);
  }

  async #count(
    providerId: string,
    { runtime, isolation, region, beat }: About,
  ): Promise<Counted | undefined> {
    const known = this.#counted.get(providerId);
    if (known) return known;
    // The placement counter must be read before the VMs. If another hub assigns a VM between the two reads,
    // the counter is outdated and the later write fails.
    const provider = await this.#store.provider(providerId);
    if (!provider) return undefined;
    const { name, placed } = provider;
    const load = (await this.#store.vms({ providerId }))
      .filter(({ phase }) => takesRoom(phase))
      .map(({ size }) => size);
    const { cores, memoryTotal } = beat;
    const counted = { providerId, name, runtime, isolation, region, cores, memoryTotal, load, placed };
    this.#counted.set(providerId, counted);
    return counted;
  }
}

/** Returns the number of VMs per core, as the agent reported. */
function density({ beat }: About): number {
  return beat.vms / beat.cores;
}
