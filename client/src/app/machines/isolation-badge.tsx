/** A label that shows how strongly a machine is isolated from the computer that it runs on. */

import type { Isolation } from '@unicore/protocol/api';
import { type JSX, Show } from 'solid-js';
import { Box, ShieldOff } from '../ui/index.ts';

const SAID: Record<Isolation, { label: string; meaning: string }> = {
  process: {
    label: 'Not isolated: runs as your own user',
    meaning:
      'A shell of the agent’s own user: it can read and change everything that user can. Only run what you trust.',
  },
  container: {
    label: 'Container',
    meaning:
      'A hardened container: not root, no capabilities, read-only system, limited memory and processes.',
  },
  gvisor: { label: 'gVisor sandbox', meaning: 'A container behind a kernel of its own (gVisor).' },
};

export function IsolationBadge(props: { isolation: Isolation; short?: boolean }): JSX.Element {
  const open = (): boolean => props.isolation === 'process';
  return (
    <span
      class="inline-flex items-center gap-1.5 [&>svg]:size-3.5 [&>svg]:shrink-0"
      classList={{ 'text-wait': open() }}
      title={SAID[props.isolation].meaning}
    >
      <Show when={open()} fallback={<Box />}>
        <ShieldOff />
      </Show>
      {props.short && open() ? 'Not isolated' : SAID[props.isolation].label}
    </span>
  );
}
