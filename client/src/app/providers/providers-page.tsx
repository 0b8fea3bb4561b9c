/** The page with the list of providers. Providers are the computers that run machines. */

import { For, type JSX, Match, Switch } from 'solid-js';
import { createNow, setOverlay, useTitle } from '../base/index.ts';
import { useProviders } from '../data/index.ts';
import { Button, Line, PageError, PageHead, Plus, Skeleton } from '../ui/index.ts';
import { ProviderRow } from './provider-row.tsx';

const PLACEHOLDERS = [0, 1];

export function ProvidersPage(): JSX.Element {
  const providers = useProviders();
  const now = createNow();
  useTitle(() => 'Providers');
  const online = (): number => providers.data?.filter((provider) => provider.state === 'online').length ?? 0;
  const add = (
    <Button look="primary" onClick={() => setOverlay('add-provider')}>
      <Plus class="size-4" /> Add a provider
    </Button>
  );
  return (
    <Switch>
      <Match when={providers.isError && !providers.data}>
        <PageError error={providers.error} onRetry={() => providers.refetch()} />
      </Match>
      <Match when={providers.isPending}>
        <PageHead title="Providers" />
        <div class="grid gap-2" role="status" aria-label="Loading providers">
          <For each={PLACEHOLDERS}>{() => <Skeleton class="h-24 rounded-xl" />}</For>
        </div>
      </Match>
      <Match when={providers.data?.length === 0}>
        <section class="mx-auto grid max-w-lg justify-items-center py-16 text-center sm:py-24">
          <Line
            class="h-8 w-44"
            toHub="up"
            toMachine="off"
            label="The connection to the hub is up; there is no provider behind it"
          />
          <h1 class="mt-8 font-semibold text-2xl tracking-tight">No provider yet</h1>
          <p class="mt-2 mb-6 text-muted">
            A provider is any computer that runs the agent. It makes one outbound connection to this hub, and
            opens no port: behind a home router is fine.
          </p>
          {add}
        </section>
      </Match>
      <Match when={true}>
        <PageHead title="Providers" about={`${online()} of ${providers.data?.length} online`} action={add} />
        <ul class="divide-y divide-rule rounded-xl border border-rule bg-surface" aria-label="Providers">
          <For each={providers.data}>{(provider) => <ProviderRow provider={provider} now={now()} />}</For>
        </ul>
      </Match>
    </Switch>
  );
}
