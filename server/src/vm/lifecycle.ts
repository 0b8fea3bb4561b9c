/**
 * The life cycle of a VM: the phase to which each event leads from each phase. Nothing else changes a phase, and every
 * change is written by compare-and-set. (`suspect` is not a phase: view.ts shows it while the provider is silent.)
 *
 * queued → assigned → starting → running → stopping → stopped → (start) queued
 * any → failed → (start) queued        any → deleting → deleted, provider absent or not
 */
import type { VmObserved } from '@unicore/protocol/control';
import type { Phase, VmRow } from '../store/index.ts';

export const EVENTS = [
  // By users
  'start',
  'stop',
  'delete',
  // The hub has found a provider with room
  'assign',
  // By the provider's agent
  'starting',
  'running',
  'stopped',
  'exited',
  'failed',
  'gone',
] as const;
export type LifeEvent = (typeof EVENTS)[number];

/** null: this event is not possible in this phase. A user gets an error; an agent's report is ignored. */
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
    // The VM has not been started yet: the report is about its previous run.
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
    // The order to run this VM still stands. The agent restarts the VM, or reports why it can't.
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
    // The agent keeps trying, since the cause of the failure may go away.
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
    // The agent could not remove the VM yet; the reason says why.
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

/** The event that an agent's report stands for, given the desired state of the VM; undefined: none. */
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

/** Whether a VM in this phase takes room on its provider. */
export function takesRoom(phase: Phase): boolean {
  return phase === 'assigned' || phase === 'starting' || phase === 'running' || phase === 'stopping';
}
