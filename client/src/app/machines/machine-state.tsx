/**
 * Shown instead of terminals while a machine is not running. It shows the machine's state, the reason, and
 * what the user can do.
 */
import { A } from '@solidjs/router';
import type { Vm } from '@unicore/protocol/api';
import { type JSX, Match, Show, Switch } from 'solid-js';
import { useVmActions } from '../data/index.ts';
import { Button, buttonClass, Line, type PieceState } from '../ui/index.ts';
import { reasonOf, stateView } from './vm-state-view.ts';

export function MachineState(props: { vm: Vm }): JSX.Element {
  const { start } = useVmActions();
  const view = () => stateView(props.vm);
  const piece = (): PieceState => {
    if (view().tone === 'fault') return 'down';
    return view().busy ? 'wait' : 'off';
  };
  return (
    <section class="grid grow content-center justify-items-center gap-2 px-6 py-16 text-center" role="status">
      <Line
        class="mb-6 h-8 w-44"
        toHub="up"
        toMachine={piece()}
        label={`The machine is ${view().label.toLowerCase()}`}
      />
      <h2 class="font-semibold text-xl tracking-tight">{title(props.vm, view().label)}</h2>
      <p class="min-h-6 max-w-prose text-muted">{reasonOf(props.vm) ?? hint(props.vm)}</p>
      <div class="mt-4 flex min-h-9 gap-2">
        <Switch>
          <Match when={view().action === 'start'}>
            <Button look="primary" busy={start.isPending} onClick={() => start.mutate(props.vm)}>
              Start {props.vm.name}
            </Button>
          </Match>
          <Match when={props.vm.state === 'queued'}>
            <A href="/providers" class={buttonClass('secondary')}>
              See providers
            </A>
          </Match>
        </Switch>
        <Show when={props.vm.state === 'failed'}>
          <A href="/providers" class={buttonClass('quiet')}>
            See providers
          </A>
        </Show>
      </div>
    </section>
  );
}

function title(vm: Vm, label: string): string {
  switch (vm.state) {
    case 'failed':
      return `${vm.name} could not start`;
    case 'stopped':
      return `${vm.name} is stopped`;
    case 'offline':
      return `The provider of ${vm.name} is offline`;
    case 'queued':
      return `${vm.name} waits for a provider`;
    default:
      return `${vm.name} is ${label.toLowerCase()}`;
  }
}

function hint(vm: Vm): string {
  switch (vm.state) {
    case 'stopped':
      return 'Its files are kept. Start it to open terminals.';
    case 'failed':
      return 'No reason is known. Start it to try again.';
    case 'deleting':
      return 'Its terminals have ended and its files are being removed.';
    case 'stopping':
      return 'Its terminals have ended; its files are kept.';
    default:
      return 'Its terminal opens here as soon as it runs.';
  }
}
