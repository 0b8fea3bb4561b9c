/** A small label that shows a state as a word and a coloured dot. */
import type { JSX } from 'solid-js';

export type Tone = 'live' | 'wait' | 'fault' | 'off';

const LOOKS: Record<Tone, string> = {
  live: 'bg-live-wash text-live',
  wait: 'bg-wait-wash text-wait',
  fault: 'bg-fault-wash text-fault',
  off: 'bg-sunken text-muted',
};

export function Chip(props: { tone: Tone; busy?: boolean; children: JSX.Element }): JSX.Element {
  return (
    <span
      class={`inline-flex h-6 items-center gap-1.5 rounded-full px-2.5 font-medium text-xs whitespace-nowrap ${LOOKS[props.tone]}`}
    >
      <span class="size-1.5 rounded-full bg-current" classList={{ 'animate-breathe': props.busy }} />
      {props.children}
    </span>
  );
}
