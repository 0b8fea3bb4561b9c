/** One row in the list of machines: name, size, state and the action that a user most likely needs. */
import { A } from '@solidjs/router';
import type { Vm } from '@unicore/protocol/api';
import { type JSX, Match, Show, Switch } from 'solid-js';
import { age, bytes } from '../base/index.ts';
import { useSystem, useVmActions } from '../data/index.ts';
import { Button, buttonClass, Chip } from '../ui/index.ts';
import { IsolationBadge } from './isolation-badge.tsx';
import { MachineMenu } from './machine-menu.tsx';
import { reasonOf, stateView } from './vm-state-view.ts';

export function MachineRow(props: { vm: Vm; provider: string | undefined; now: number }): JSX.Element {
  const actions = useVmActions();
  const view = () => stateView(props.vm);
  return (
    <li
      class="grid grid-cols-[1fr_auto] gap-x-6 gap-y-2 px-4 py-4 sm:px-5 md:grid-cols-[minmax(0,5fr)_minmax(0,4fr)_8.5rem]"
      data-vm-id={props.vm.vmId}
    >
      <div class="min-w-0">
        <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
          <A
            href={`/vm/${props.vm.vmId}`}
            class="min-w-0 truncate rounded font-semibold tracking-tight decoration-rule-strong underline-offset-4 hover:underline"
          >
            {props.vm.name}
          </A>
          <Chip tone={view().tone} busy={view().busy}>
            {view().label}
          </Chip>
        </div>
        <Figures vm={props.vm} now={props.now} />
      </div>
      <div class="flex items-center justify-end gap-1.5 self-start md:order-last">
        <Switch>
          <Match when={view().terminal}>
            <A
              aria-label={`Open ${props.vm.name}`}
              href={`/vm/${props.vm.vmId}`}
              class={`${buttonClass('secondary', 'small')} min-w-16`}
            >
              Open
            </A>
          </Match>
          <Match when={view().action === 'start'}>
            <Button
              aria-label={`Start ${props.vm.name}`}
              size="small"
              class="min-w-16"
              busy={actions.start.isPending}
              onClick={() => actions.start.mutate(props.vm)}
            >
              Start
            </Button>
          </Match>
        </Switch>
        <MachineMenu vm={props.vm} />
      </div>
      <div class="flex min-w-0 flex-wrap gap-x-4 text-[13px] text-muted max-md:col-span-2 md:flex-col">
        <Show when={props.provider}>
          <p class="truncate md:leading-6">on {props.provider}</p>
        </Show>
        <Show when={props.vm.isolation}>{(isolation) => <IsolationBadge isolation={isolation()} />}</Show>
      </div>
      <Show when={reasonOf(props.vm)}>
        {(reason) => (
          <p
            class="order-last col-span-full max-w-prose text-sm"
            classList={{ 'text-fault': view().tone === 'fault' }}
          >
            {reason()}
          </p>
        )}
      </Show>
    </li>
  );
}

function Figures(props: { vm: Vm; now: number }): JSX.Element {
  const system = useSystem();
  const size = (): string => {
    const limits = system.data?.sizes[props.vm.size];
    return limits ? `${limits.cpu} CPU, ${bytes(limits.memory)}` : props.vm.size;
  };
  const created = () => new Date(props.vm.createdAt);
  return (
    <p class="mt-0.5 flex flex-wrap gap-x-4 text-[13px] text-muted">
      <span>{size()}</span>
      <time datetime={created().toISOString()} title={created().toLocaleString()}>
        created {age(props.vm.createdAt, props.now)}
      </time>
    </p>
  );
}
