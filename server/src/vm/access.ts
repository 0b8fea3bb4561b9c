/** Whether a user may work in a VM now. */
import { UniCoreError } from '@unicore/protocol';
import type { VmRow } from '../store/index.ts';
import type { Vms } from './vms.ts';

/** A VM that can be worked in has a provider. */
export type PlacedVm = VmRow & { providerId: string };

export class VmAccess {
  readonly #vms: Vms;

  constructor(vms: Vms) {
    this.#vms = vms;
  }

  /**
   * The VM, if this user may have a channel to it. Throws NOT_FOUND and VM_NOT_RUNNING. Whether its provider can be
   * reached is not asked: a channel waits for that. One that is on its way up counts too, for the shell may live
   * while an agent that was restarted looks for it; the agent has the last word.
   */
  async authorise(userId: string, vmId: string): Promise<PlacedVm> {
    const vm = await this.#vms.own(userId, vmId);
    return requirePlaced(vm, vm.phase === 'running' || vm.phase === 'starting' || vm.phase === 'assigned');
  }

  /** The VM, if it runs. Throws NOT_FOUND and VM_NOT_RUNNING. */
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
