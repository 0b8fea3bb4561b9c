/** The page at /vm/:vmId. It shows a machine's terminals, or explains why the machine has none. */
import { useNavigate, useParams } from '@solidjs/router';
import { createMemo, type JSX, Match, Show, Switch } from 'solid-js';
import { useTitle } from '../base/index.ts';
import { useProviderName, useVms } from '../data/index.ts';
import { MachineState, stateView } from '../machines/index.ts';
import { Loading, NotFound, PageError } from '../ui/index.ts';
import { MachineBar } from './machine-bar.tsx';
import { Workspace } from './workspace.tsx';

export function VmPage(): JSX.Element {
  const params = useParams<{ vmId: string }>();
  // With Solid's option `keyed`, each machine gets a new page. So no state of the previous machine remains
  // when the user switches to another machine.
  return (
    <Show when={params.vmId} keyed>
      {(vmId) => <Machine vmId={vmId} />}
    </Show>
  );
}

function Machine(props: { vmId: string }): JSX.Element {
  const vms = useVms();
  const providerName = useProviderName();
  const navigate = useNavigate();
  const vm = createMemo(() =>
    vms.isPending ? undefined : vms.data?.find(({ vmId }) => vmId === props.vmId),
  );
  useTitle(() => vm()?.name);

  return (
    <Switch fallback={<NotFound />}>
      <Match when={vms.isPending}>
        <Loading />
      </Match>
      <Match when={vms.isError && !vms.data}>
        <PageError error={vms.error} onRetry={() => vms.refetch()} />
      </Match>
      <Match when={vm()}>
        {(known) => (
          <Show
            when={stateView(known()).terminal}
            fallback={
              <>
                <MachineBar vm={known()} onDeleted={() => navigate('/')} />
                <MachineState vm={known()} />
              </>
            }
          >
            <Workspace
              vm={known()}
              provider={providerName(known().providerId)}
              onDeleted={() => navigate('/')}
            />
          </Show>
        )}
      </Match>
    </Switch>
  );
}
