/**
 * The layout that surrounds every page. It handles the sign-in state and shows the header, dialogs and error
 * messages.
 */
import type { RouteSectionProps } from '@solidjs/router';
import { type JSX, Match, Switch } from 'solid-js';
import { useLogOut, useSystem } from '../data/index.ts';
import { Loading, Toasts } from '../ui/index.ts';
import { HubDown } from './hub-down.tsx';
import { SignedIn } from './signed-in.tsx';
import { SignedOut } from './signed-out.tsx';

export function Layout(props: RouteSectionProps): JSX.Element {
  const system = useSystem();
  const logOut = useLogOut();
  return (
    <>
      {/* If the sign-in state cannot be loaded again, the last loaded state is used. So the page stays
          visible while the hub restarts. */}
      <Switch fallback={<Loading />}>
        <Match when={system.data?.user}>
          {(user) => (
            <SignedIn user={user().name} onLogOut={() => logOut.mutate()}>
              {props.children}
            </SignedIn>
          )}
        </Match>
        <Match when={system.data}>
          <SignedOut />
        </Match>
        <Match when={system.isError}>
          <HubDown error={system.error} />
        </Match>
      </Switch>
      <Toasts />
    </>
  );
}
