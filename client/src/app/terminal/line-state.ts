/**
 * The state of the connection between this page and a terminal. It is shown as a label and as a drawing with
 * two segments.
 */
import type { ChannelStatus } from '../../sdk/index.ts';
import type { PieceState } from '../ui/index.ts';

interface LineState {
  label: string;
  tone: 'live' | 'wait' | 'fault' | 'off';
  toHub: PieceState;
  toMachine: PieceState;
}

const STATES: Record<ChannelStatus, LineState> = {
  connecting: { label: 'Connecting', tone: 'wait', toHub: 'up', toMachine: 'wait' },
  connected: { label: 'Connected', tone: 'live', toHub: 'up', toMachine: 'up' },
  reconnecting: { label: 'Reconnecting', tone: 'wait', toHub: 'up', toMachine: 'wait' },
  'provider-offline': { label: 'Provider offline', tone: 'fault', toHub: 'up', toMachine: 'down' },
  closed: { label: 'Ended', tone: 'off', toHub: 'up', toMachine: 'off' },
};

const UNREACHABLE: LineState = {
  label: 'Provider unreachable',
  tone: 'wait',
  toHub: 'up',
  toMachine: 'down',
};

export interface LineFacts {
  status: ChannelStatus;
  /**
   * True if this page is connected to the hub. If false, only the segment between page and hub is drawn as
   * reconnecting.
   */
  hubUp: boolean;
  /** True if the hub receives nothing from the provider, although no connection has closed yet. */
  silent: boolean;
}

export function lineState({ status, hubUp, silent }: LineFacts): LineState {
  if (status === 'closed') return STATES.closed;
  if (!hubUp) {
    const label = status === 'connecting' ? 'Connecting' : 'Reconnecting';
    return { label, tone: 'wait', toHub: 'wait', toMachine: 'off' };
  }
  return silent && status !== 'provider-offline' ? UNREACHABLE : STATES[status];
}
