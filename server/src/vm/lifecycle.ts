/**
 * The life cycle of a VM. The table LIFECYCLE gives the next phase for each phase and event. Nothing else
 * changes a phase, and every change is written by compare-and-set. `suspect` is not a phase: clients see it
 * while the VM's provider is silent (view.ts).
 *
 * The usual order is queued → assigned → starting → running → stopping → stopped. A VM that has a provider can
 * also become `failed`. The event `start` leads from `stopped` and from `failed` back to `queued`. The event
 * `delete` leads to `deleting`, even if the provider is offline. When the provider has removed the VM, the VM
 * is `deleted`.
 */
import type { VmObserved } from '@unicore/protocol/control';
import type { Phase, VmRow } from '../store/index.ts';

export const EVENTS = [
  // Events by users
  'start',
  'stop',
  'delete',
  // The hub has chosen a provider for the VM.
  'assign',
  // Events by the agent
  'starting',
  'running',
  'stopped',
  'exited',
  'failed',
  'gone',
] as const;
export type LifeEvent = (typeof EVENTS)[number];

/**
 * The next phase for each phase and event. null means that the event is not possible in this phase. Then a user
 * gets an error, and an agent's report is ignored.
 */
export const LIFECYCLE: Record<Phase, Record<LifeEvent, Phase | null>> = {
  queued: {
    start: 'queued',
    stop: 'stopped',
    delete: 'deleting',
    assign: 'assigned',
    starting: null,
    running: null,
    stopped: null,
    exited: null,
    failed: null,
    gone: null,
  },
  assigned: {
    start: 'assigned',
    stop: 'stopping',
    delete: 'deleting',
    assign: null,
    starting: 'starting',
    running: 'running',
    stopped: null,
    // `exited` means that the agent has reported a stopped VM which should run. A VM in phase `assigned` has
    // not started yet, so the report is about its previous run and is ignored.
    exited: null,
    failed: 'failed',
    gone: null,
  },
  starting: {
    start: 'starting',
    stop: 'stopping',
    delete: 'deleting',
    assign: null,
    starting: 'starting',
    running: 'running',
    stopped: null,
    exited: 'assigned',
    failed: 'failed',
    gone: 'assigned',
  },
  running: {
    start: 'running',
    stop: 'stopping',
    delete: 'deleting',
    assign: null,
    starting: 'starting',
    running: 'running',
    stopped: null,
    // The VM has stopped by itself, but it should still run. The agent restarts it, or reports why it cannot.
    exited: 'assigned',
    failed: 'failed',
    gone: 'assigned',
  },
  stopping: {
    start: 'assigned',
    stop: 'stopping',
    delete: 'deleting',
    assign: null,
    starting: null,
    running: null,
    stopped: 'stopped',
    exited: null,
    failed: 'failed',
    gone: 'stopped',
  },
  stopped: {
    start: 'queued',
    stop: 'stopped',
    delete: 'deleting',
    assign: null,
    starting: null,
    running: null,
    stopped: 'stopped',
    exited: null,
    failed: null,
    gone: null,
  },
  failed: {
    start: 'queued',
    stop: 'stopping',
    delete: 'deleting',
    assign: null,
    // The agent tries to start a failed VM again and again, because the cause of the failure may disappear.
    starting: 'starting',
    running: 'running',
    stopped: 'stopped',
    exited: null,
    failed: 'failed',
    gone: null,
  },
  deleting: {
    start: null,
    stop: null,
    delete: 'deleting',
    assign: null,
    starting: null,
    running: null,
    stopped: null,
    exited: null,
    // The agent could not remove the VM yet. The VM's field `reason` explains why.
    failed: 'deleting',
    gone: 'deleted',
  },
  deleted: {
    start: null,
    stop: null,
    delete: null,
    assign: null,
    starting: null,
    running: null,
    stopped: null,
    exited: null,
    failed: null,
    gone: null,
  },
};

/**
 * Converts an agent's report about a VM to an event of the life cycle. `desired` is the state that the VM
 * should have. Returns undefined if the report causes no event.
 */
export function eventOf(desired: VmRow['desired'], phase: VmObserved['phase']): LifeEvent | undefined {
  switch (phase) {
    case 'starting':
    case 'running':
      return desired === 'running' ? phase : undefined;
    case 'stopping':
      return undefined;
    case 'stopped':
      return desired === 'running' ? 'exited' : 'stopped';
    case 'failed':
      return 'failed';
    case 'deleted':
      return 'gone';
  }
}

/** Returns true if a VM in this phase uses capacity of its provider. */
export function takesRoom(phase: Phase): boolean {
  return phase === 'assigned' || phase === 'starting' || phase === 'running' || phase === 'stopping';
}
