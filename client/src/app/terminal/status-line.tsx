/**
 * The line below a terminal. It shows the connection state, the round trip, the terminal's size and the
 * machine's isolation.
 */

import type { Vm } from '@unicore/protocol/api';
import { createSignal, type JSX, onCleanup, Show } from 'solid-js';
import { bytes } from '../base/index.ts';
import { useSystem, useUniCore } from '../data/index.ts';
import { IsolationBadge } from '../machines/index.ts';
import { Line } from '../ui/index.ts';
import { lineState } from './line-state.ts';
import { PathPopover } from './path-popover.tsx';
import type { Session } from './session.ts';

export function StatusLine(props: { session: Session; vm: Vm; provider: string | undefined }): JSX.Element {
  const unicore = useUniCore();
  const system = useSystem();
  const [hub, setHub] = createSignal(unicore.status);
  onCleanup(unicore.onStatus(setHub));
  const line = () =>
    lineState({
      status: props.session.status(),
      hubUp: hub() === 'connected',
      silent: props.vm.state === 'suspect',
    });
  const foreign = (): string | undefined => {
    const size = props.session.size();
    if (!size || size.mine) return undefined;
    return size.typist === system.data?.user?.userId
      ? 'your other window'
      : (size.typist ?? 'another viewer');
  };

  return (
    <section
      class="flex h-8 shrink-0 items-center gap-x-5 overflow-hidden border-rule border-t bg-paper px-3 text-muted text-xs whitespace-nowrap sm:px-5"
      aria-label="Connection"
    >
      <span class="flex items-center gap-2.5">
        <Line
          class="h-3.5 w-19 shrink-0"
          toHub={line().toHub}
          toMachine={line().toMachine}
          label="The connection from you over the hub to the machine"
        />
        <span
          class="font-medium"
          classList={{
            'text-live': line().tone === 'live',
            'text-wait': line().tone === 'wait',
            'text-fault': line().tone === 'fault',
          }}
          role="status"
          data-line={props.session.status()}
        >
          {line().label}
        </span>
      </span>
      <Show when={line().tone === 'live' && props.session.rtt() !== undefined}>
        <PathPopover
          vmId={props.vm.vmId}
          terminalId={props.session.terminalId}
          rtt={props.session.rtt()!}
          onClose={() => props.session.screen.terminal.focus()}
        />
      </Show>
      <Show when={props.session.skipped()}>
        {(skipped) => <span class="text-wait">{bytes(skipped())} of output skipped to catch up</span>}
      </Show>
      <span class="ml-auto flex items-center gap-x-5">
        <Show when={props.session.size()}>
          {(size) => (
            <span class="tabular-nums max-sm:hidden" title="Columns by rows">
              {size().cols} × {size().rows}
            </span>
          )}
        </Show>
        <Show when={foreign()}>{(name) => <span class="text-wait">sized by {name()}</span>}</Show>
        <Show when={props.provider}>
          <span class="max-md:hidden">on {props.provider}</span>
        </Show>
        <Show when={props.vm.isolation}>
          {(isolation) => <IsolationBadge isolation={isolation()} short />}
        </Show>
      </span>
    </section>
  );
}
