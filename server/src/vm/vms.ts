/** The operations that users can do with their VMs. Agents' reports about VMs are handled in reports.ts. */
import { UniCoreError } from '@unicore/protocol';
import type { VmCreate } from '@unicore/protocol/api';
import type { z } from 'zod';
import { newId } from '../auth/index.ts';
import type { Store, VmRow } from '../store/index.ts';
import { newName } from './names.ts';
import type { Placer } from './placer.ts';
import type { Patch, VmWriter } from './writer.ts';

/**
 * Maximum number of VMs of one user. The limit exists because the hub examines every queued VM whenever
 * capacity may be free.
 */
const MAX_VMS = 500;

export interface VmsDeps {
  store: Store;
  writer: VmWriter;
  placer: Placer;
  /** Milliseconds since 1970. */
  now: () => number;
  defaultImage: string;
}

export class Vms {
  readonly #deps: VmsDeps;

  constructor(deps: VmsDeps) {
    this.#deps = deps;
  }

  async create(userId: string, wish: z.output<typeof VmCreate>): Promise<VmRow> {
    const { writer, now, defaultImage } = this.#deps;
    await this.#requireRoom(userId, wish.opId);
    const at = now();
    const vm = await writer.add({
      vmId: newId('vm'),
      ownerId: userId,
      name: wish.name ?? newName(),
      image: wish.image ?? defaultImage,
      size: wish.size,
      region: wish.region ?? null,
      opId: wish.opId ?? null,
      desired: 'running',
      phase: 'queued',
      reason: null,
      providerId: null,
      isolation: null,
      gen: 0,
      attempt: 1,
      createdAt: at,
      updatedAt: at,
      rev: 1,
    });
    if (vm.phase === 'deleted') {
      throw new UniCoreError('CONFLICT', 'opId is that of a VM which was deleted since. Use a new one.');
    }
    return this.#placed(vm);
  }

  list(userId: string): Promise<VmRow[]> {
    return this.#deps.store.vms({ ownerId: userId });
  }

  /**
   * Returns the VM if it belongs to this user. Throws the same NOT_FOUND for a missing VM and for another
   * user's VM.
   */
  async own(userId: string, vmId: string): Promise<VmRow> {
    const vm = await this.#deps.store.vm(vmId);
    if (vm?.ownerId === userId && vm.phase !== 'deleted') return vm;
    throw new UniCoreError('NOT_FOUND', `There is no VM ${vmId}.`);
  }

  async start(userId: string, vmId: string): Promise<VmRow> {
    const vm = await this.#ask(userId, vmId, 'start', (row, to) =>
      to === row.phase ? {} : { desired: 'running', reason: null, attempt: row.attempt + 1 },
    );
    return this.#placed(vm);
  }

  stop(userId: string, vmId: string): Promise<VmRow> {
    return this.#ask(userId, vmId, 'stop', () => ({ desired: 'stopped', reason: null }));
  }

  /**
   * Deletes a VM. If no provider ever had the VM, it is deleted immediately. Otherwise it is deleted when its
   * provider has removed it.
   */
  async delete(userId: string, vmId: string): Promise<VmRow> {
    const vm = await this.#ask(userId, vmId, 'delete', () => ({ desired: 'deleted', reason: null }));
    return vm.providerId === null ? (await this.#deps.writer.apply(vmId, 'gone')).vm : vm;
  }

  async rename(userId: string, vmId: string, name: string): Promise<VmRow> {
    await this.own(userId, vmId);
    return this.#deps.writer.update(vmId, () => ({ name }));
  }

  /**
   * Throws CONFLICT if the user has the maximum number of VMs. A retry whose first attempt has created its VM
   * is still allowed.
   */
  async #requireRoom(userId: string, opId: string | undefined): Promise<void> {
    const vms = await this.list(userId);
    if (vms.length < MAX_VMS || (opId !== undefined && vms.some((vm) => vm.opId === opId))) return;
    throw new UniCoreError('CONFLICT', `You have ${vms.length} VMs, which is the most. Delete one first.`);
  }

  async #ask(userId: string, vmId: string, event: 'start' | 'stop' | 'delete', patch: Patch): Promise<VmRow> {
    const { name } = await this.own(userId, vmId);
    const { vm, fits } = await this.#deps.writer.apply(vmId, event, patch, userId);
    if (!fits)
      throw new UniCoreError('CONFLICT', `${name} is being deleted: it can't be ${PAST[event]} any more.`);
    return vm;
  }

  /** Asks the placer to find a provider for this VM. Resolves to the VM's row afterwards. */
  async #placed(vm: VmRow): Promise<VmRow> {
    if (vm.phase !== 'queued') return vm;
    await this.#deps.placer.run();
    return (await this.#deps.store.vm(vm.vmId)) ?? vm;
  }
}

const PAST = { start: 'started', stop: 'stopped', delete: 'deleted' };
