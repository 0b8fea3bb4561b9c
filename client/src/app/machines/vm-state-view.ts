/**
 * Label, colour and possible action for each state of a machine. The type ensures that no state is missing.
 */
import type { Vm, VmState } from '@unicore/protocol/api';
import type { Tone } from '../ui/index.ts';

interface StateView {
  label: string;
  tone: Tone;
  /** True if the state will probably change soon without an action of the user. */
  busy: boolean;
  /**
   * True if terminals can be shown. While the provider is unreachable, the terminals show their last screen.
   */
  terminal: boolean;
  action: 'start' | 'stop' | undefined;
  /** Explains the state and what the user can do. It is shown if the hub gives no reason. */
  meaning: string | undefined;
}

const view = (
  label: string,
  tone: Tone,
  more: Partial<Omit<StateView, 'label' | 'tone'>> = {},
): StateView => ({
  label,
  tone,
  busy: false,
  terminal: false,
  action: undefined,
  meaning: undefined,
  ...more,
});

const STATES: Record<VmState, StateView> = {
  requested: view('Requested', 'wait', { busy: true, action: 'stop' }),
  queued: view('Waiting', 'wait', {
    busy: true,
    action: 'stop',
    meaning: 'Waiting for a provider with room. Add one on the Providers page, or stop another machine.',
  }),
  assigned: view('Assigned', 'wait', { busy: true, action: 'stop' }),
  starting: view('Starting', 'wait', { busy: true, action: 'stop' }),
  running: view('Running', 'live', { terminal: true, action: 'stop' }),
  suspect: view('Provider unreachable', 'wait', {
    busy: true,
    terminal: true,
    action: 'stop',
    meaning:
      'The provider is silent. The machine comes back by itself when the provider does; nothing was lost.',
  }),
  offline: view('Provider offline', 'fault', {
    action: 'stop',
    meaning: 'The provider has gone. The machine comes back when its agent runs again.',
  }),
  stopping: view('Stopping', 'wait', { busy: true }),
  stopped: view('Stopped', 'off', { action: 'start' }),
  failed: view('Failed', 'fault', { action: 'start' }),
  deleting: view('Deleting', 'wait', { busy: true }),
  deleted: view('Deleted', 'off'),
};

export function stateView(vm: Pick<Vm, 'state'>): StateView {
  return STATES[vm.state];
}

/**
 * Returns the reason for a machine's state and what the user can do; undefined if there is nothing to
 * explain.
 */
export function reasonOf(vm: Pick<Vm, 'state' | 'reason'>): string | undefined {
  return vm.reason ?? stateView(vm).meaning;
}
