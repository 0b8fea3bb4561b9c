/**
 * Shown instead of the list while the user has no machine. It offers to create a machine, or to add a
 * provider if no provider is online.
 */

import { A } from '@solidjs/router';
import { type JSX, Match, Switch } from 'solid-js';
import { plural, setOverlay } from '../base/index.ts';
import { useProviders } from '../data/index.ts';
import { Button, buttonClass, Line, Plus } from '../ui/index.ts';

export function FirstMachine(): JSX.Element {
  const providers = useProviders();
  const online = (): number =>
    providers.isPending ? 0 : (providers.data?.filter(({ state }) => state === 'online').length ?? 0);
  const none = (): boolean => providers.isSuccess && online() === 0;
  return (
    <section class="mx-auto grid max-w-lg justify-items-center py-16 text-center sm:py-24">
      <Line
        class="h-8 w-44"
        toHub="up"
        toMachine={online() > 0 ? 'wait' : 'off'}
        label="The connection to the hub is up; there is no machine behind it yet"
      />
      <h1 class="mt-8 font-semibold text-2xl tracking-tight">Create your first machine</h1>
      <p class="mt-2 text-muted">
        A machine is a small Linux computer of your own, on hardware that somebody shares. You work in it
        through terminals on this page.
      </p>
      <Switch>
        <Match when={none()}>
          <p class="mt-6 text-sm">It needs a provider, and none is online.</p>
          <div class="mt-3 flex flex-wrap justify-center gap-2">
            <Button look="primary" onClick={() => setOverlay('add-provider')}>
              Add a provider
            </Button>
            <A href="/providers" class={buttonClass('quiet')}>
              See providers
            </A>
          </div>
        </Match>
        <Match when={true}>
          <Button look="primary" class="mt-6" onClick={() => setOverlay('create-machine')}>
            <Plus class="size-4" /> Create a machine
          </Button>
          <p class="mt-3 min-h-5 text-muted text-xs">
            {online() > 0 && `${plural(online(), 'provider')} online`}
          </p>
        </Match>
      </Switch>
    </section>
  );
}
