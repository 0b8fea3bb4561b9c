/** Makes all changes to VMs. Each change is written by compare-and-set and then published to all hubs. */
import { UniCoreError } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { HubEvents } from '../events/index.ts';
import type { Store, VmRow } from '../store/index.ts';
import { LIFECYCLE, type LifeEvent } from './lifecycle.ts';

/** Returns the fields of a VM that change together with the VM's phase. `to` is the new phase. */
export type Patch = (vm: VmRow, to: VmRow['phase']) => Partial<VmRow>;

export interface Written {
  vm: VmRow;
  /** True if the event is possible in the VM's current phase. If false, nothing was written. */
  fits: boolean;
}

export interface VmWriterDeps {
  store: Store;
  events: HubEvents;
  log: Logger;
  /** Milliseconds since 1970. */
  now: () => number;
}

export class VmWriter {
  readonly #store: Store;
  readonly #events: HubEvents;
  readonly #log: Logger;
  readonly #now: () => number;

  constructor({ store, events, log, now }: VmWriterDeps) {
    this.#store = store;
    this.#events = events;
    this.#log = log;
    this.#now = now;
  }

  /**
   * Applies an event to a VM. `userId` is the user who asked for the change, or null if the hub or an agent
   * caused it.
   */
  async apply(
    vmId: string,
    event: LifeEvent,
    patch: Patch = () => ({}),
    userId: string | null = null,
  ): Promise<Written> {
    let before: VmRow['phase'] | undefined;
    const vm = await this.update(vmId, (row) => {
      const phase = LIFECYCLE[row.phase][event];
      before = phase === null ? undefined : row.phase;
      return phase === null ? {} : { ...patch(row, phase), phase };
    });
    if (before !== undefined && before !== vm.phase) {
      await this.#record(vm, userId === null ? vm.phase : event, userId);
    }
    return { vm, fits: before !== undefined };
  }

  /**
   * Assigns this queued VM to a provider. `placed` is the provider's placement counter when the free capacity
   * was calculated. Returns false and writes nothing if the VM or the counter has changed since then.
   */
  async place(
    vm: VmRow,
    { providerId, isolation, placed }: Pick<VmRow, 'isolation'> & { providerId: string; placed: number },
  ): Promise<boolean> {
    const phase = LIFECYCLE[vm.phase].assign;
    if (phase === null) return false;
    // The VM's generation rises only if the provider changes. On the same provider the VM keeps its
    // generation, because its files belong to that generation.
    const gen = vm.providerId === providerId ? vm.gen : vm.gen + 1;
    const next = { ...vm, phase, reason: null, providerId, isolation, gen, updatedAt: this.#now() };
    if (!(await this.#store.replaceVm(next, placed))) return false;
    const written = { ...next, rev: vm.rev + 1 };
    await this.#record(written, phase, null);
    this.#events.tell('vm', written);
    return true;
  }

  /** Changes a VM. Tries again only if another write came first. */
  async update(vmId: string, patch: (vm: VmRow) => Partial<VmRow>): Promise<VmRow> {
    for (;;) {
      const vm = await this.#store.vm(vmId);
      if (!vm) throw new UniCoreError('NOT_FOUND', `There is no VM ${vmId}.`);
      const next = { ...vm, ...patch(vm) };
      if (isSame(vm, next)) return vm;
      next.updatedAt = this.#now();
      if (await this.#store.replaceVm(next)) {
        const written = { ...next, rev: vm.rev + 1 };
        this.#events.tell('vm', written);
        return written;
      }
    }
  }

  /** Adds a VM. If an earlier call with the same idempotency key (opId) has created a VM, returns that VM. */
  async add(vm: VmRow): Promise<VmRow> {
    const there = await this.#store.addVm(vm);
    if (there.vmId === vm.vmId) {
      await this.#record(vm, 'create', vm.ownerId);
      this.#events.tell('vm', vm);
    }
    return there;
  }

  /** Writes a change of a VM's phase to the log and to the permanent audit log. */
  async #record(vm: VmRow, what: string, userId: string | null): Promise<void> {
    const { vmId, ownerId, phase, gen, providerId } = vm;
    this.#log.info({ vm: vmId, user: userId ?? ownerId, provider: providerId, gen, phase }, `VM ${what}`);
    const detail = providerId === null ? null : `provider ${providerId}, gen ${gen}`;
    await this.#store.audit({ at: this.#now(), event: `vm.${what}`, userId, subject: vmId, detail });
  }
}

function isSame(a: VmRow, b: VmRow): boolean {
  return (Object.keys(a) as (keyof VmRow)[]).every((field) => a[field] === b[field]);
}
