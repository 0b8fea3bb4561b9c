/** Checks whether a user may use a VM now. */
import { UniCoreError } from '@unicore/protocol';
import type { VmRow } from '../store/index.ts';
import type { Vms } from './vms.ts';

/** A VM that is assigned to a provider. */
export type PlacedVm = VmRow & { providerId: string };

export class VmAccess {
  readonly #vms: Vms;

  constructor(vms: Vms) {
    this.#vms = vms;
  }

  /**
   * Returns the VM if this user may open a channel to it. Throws NOT_FOUND or VM_NOT_RUNNING. A VM on an
   * unreachable provider is allowed, because a channel waits for its provider. A VM that is starting is also
   * allowed, because its shell may still run after a restart of the agent. Then the agent decides whether the
   * channel can be opened.
   */
  async authorise(userId: string, vmId: string): Promise<PlacedVm> {
    const vm = await this.#vms.own(userId, vmId);
    return requirePlaced(vm, vm.phase === 'running' || vm.phase === 'starting' || vm.phase === 'assigned');
  }

  /** Returns the VM if it is running. Throws NOT_FOUND or VM_NOT_RUNNING. */
  async running(userId: string, vmId: string): Promise<PlacedVm> {
    const vm = await this.#vms.own(userId, vmId);
    return requirePlaced(vm, vm.phase === 'running');
  }
}

function requirePlaced(vm: VmRow, fits: boolean): PlacedVm {
  const { providerId } = vm;
  if (fits && providerId !== null) return { ...vm, providerId };
  throw new UniCoreError('VM_NOT_RUNNING', notRunning(vm));
}

function notRunning({ name, phase, reason }: VmRow): string {
  switch (phase) {
    case 'queued':
    case 'assigned':
    case 'starting':
      return `${name} is not running yet (${phase}). Try again when it is.`;
    case 'stopping':
    case 'stopped':
      return `${name} is stopped. Start it first.`;
    case 'failed':
      return `${name} has failed: ${reason ?? 'no reason is known.'} Start it to try again.`;
    default:
      return `${name} is being deleted.`;
  }
}
