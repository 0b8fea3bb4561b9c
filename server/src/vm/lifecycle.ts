/**
 * The life of a VM: for each phase, where each event leads. Nothing else changes a phase, and every change is written
 * by compare-and-set. (`suspect` is no phase: it is what a VM looks like while its provider is silent, see view.ts.)
 *
 * queued → assigned → starting → running → stopping → stopped → (start) queued
 * any → failed → (start) queued        any → deleting → deleted, provider absent or not
 */
import type { VmObserved } from '@unicore/protocol/control';
import type { Phase, VmRow } from '../store/index.ts';

export const EVENTS = [
  // People
  'start',
  'stop',
  'delete',
  // The hub: a provider with room was found
  'assign',
  // The provider's agent
  'starting',
  'running',
  'stopped',
  'exited',
  'failed',
  'gone',
] as const;
export type LifeEvent = (typeof EVENTS)[number];

/** null: this event means nothing here. People are told so; what an agent said is ignored. */
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
    // It has not begun yet: the agent tells of the time before.
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
    // The order to run still stands: the agent starts it again, or says why it can't.
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
    // The agent goes on trying, and what made it fail may pass.
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
    // Not removed yet; the reason says what is in the way.
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

/** What an agent's report means for a VM that is wanted so; undefined: nothing. */
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

/** Phases in which a VM takes room on its provider. */
export function takesRoom(phase: Phase): boolean {
  return phase === 'assigned' || phase === 'starting' || phase === 'running' || phase === 'stopping';
}
