/** Shows the state of the connection to the desktop in one word, or the round-trip time while the connection works. */
import type { JSX } from 'solid-js';
import { Chip, type Tone } from '../../ui/index.ts';
import type { Viewing } from './viewing.ts';

export function LineChip(props: { viewing: Viewing }): JSX.Element {
  const view = () => chipOf(props.viewing);
  return (
    <Chip tone={view().tone} busy={view().tone === 'wait'}>
      <span class="tabular-nums" title="Round trip to the desktop">
        {view().label}
      </span>
    </Chip>
  );
}

function chipOf({ line, rtt, stopped, viewOnly }: Viewing): { tone: Tone; label: string } {
  if (stopped()) return { tone: 'fault', label: 'Not shown' };
  if (line() === 'connecting') return { tone: 'wait', label: 'Connecting' };
  if (line() !== 'connected') return { tone: 'wait', label: 'Reconnecting' };
  if (viewOnly()) return { tone: 'off', label: 'Only watching' };
  const ms = rtt();
  return { tone: 'live', label: ms === undefined ? 'Connected' : `${Math.round(ms)} ms` };
}
