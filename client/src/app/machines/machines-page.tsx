/** The page with the live list of the user's machines. */

import { For, type JSX, Match, Show, Switch } from 'solid-js';
import { createNow, plural, setOverlay, useTitle } from '../base/index.ts';
import { useProviderName, useVms } from '../data/index.ts';
import { Button, PageError, PageHead, Plus, Skeleton } from '../ui/index.ts';
import { FirstMachine } from './first-machine.tsx';
import { MachineRow } from './machine-row.tsx';

const PLACEHOLDERS = [0, 1, 2];

export function MachinesPage(): JSX.Element {
  const vms = useVms();
  const providerName = useProviderName();
  const now = createNow();
  useTitle(() => 'Machines');
  const running = (): number => vms.data?.filter((vm) => vm.state === 'running').length ?? 0;

  return (
    <Switch>
      <Match when={vms.isError && !vms.data}>
        <PageError error={vms.error} onRetry={() => vms.refetch()} />
      </Match>
      <Match when={vms.isPending}>
        <PageHead title="Machines" />
        <div class="grid gap-2" role="status" aria-label="Loading your machines">
          <For each={PLACEHOLDERS}>{() => <Skeleton class="h-20 rounded-xl" />}</For>
        </div>
      </Match>
      <Match when={vms.data?.length === 0}>
        <FirstMachine />
      </Match>
      <Match when={true}>
        <PageHead
          title="Machines"
          about={`${plural(vms.data?.length ?? 0, 'machine')}, ${running()} running`}
          action={
            <Button look="primary" onClick={() => setOverlay('create-machine')}>
              <Plus class="size-4" /> New machine
            </Button>
          }
        />
        <ul class="divide-y divide-rule rounded-xl border border-rule bg-surface" aria-label="Machines">
          <For each={vms.data}>
            {(vm) => <MachineRow vm={vm} provider={providerName(vm.providerId)} now={now()} />}
          </For>
        </ul>
        <Show when={(vms.data?.length ?? 0) > 0 && running() === 0}>
          <p class="mt-4 text-muted text-sm">
            A stopped machine keeps its files. Start it to open its terminals.
          </p>
        </Show>
      </Match>
    </Switch>
  );
}
