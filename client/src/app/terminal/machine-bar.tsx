/** The bar above a machine's terminals. It shows the name, the state, the tabs and the actions. */
import { A } from '@solidjs/router';
import type { Vm } from '@unicore/protocol/api';
import type { JSX } from 'solid-js';
import { MachineMenu, stateView } from '../machines/index.ts';
import { Chip, ICON_BUTTON } from '../ui/index.ts';
import { ArrowLeft } from './terminal-icons.ts';

interface MachineBarProps {
  vm: Vm;
  /** Tabs. */
  children?: JSX.Element;
  /** Buttons before the menu. */
  actions?: JSX.Element;
  onDeleted(): void;
}

export function MachineBar(props: MachineBarProps): JSX.Element {
  const view = () => stateView(props.vm);
  return (
    <div class="flex shrink-0 flex-wrap items-center gap-x-4 gap-y-1 border-rule border-b bg-paper px-2 py-1.5 sm:px-4">
      <div class="flex min-w-0 items-center gap-2">
        <A href="/" class={ICON_BUTTON} aria-label="All machines">
          <ArrowLeft />
        </A>
        <h1 class="max-w-60 truncate font-semibold tracking-tight">{props.vm.name}</h1>
        <Chip tone={view().tone} busy={view().busy}>
          {view().label}
        </Chip>
      </div>
      <div class="order-last flex min-w-0 grow items-center max-md:w-full md:order-none">
        {props.children}
      </div>
      <div class="ml-auto flex items-center gap-0.5">
        {props.actions}
        <MachineMenu vm={props.vm} onDeleted={props.onDeleted} />
      </div>
    </div>
  );
}
