/**
 * Header, content and dialogs for a signed-in user. While they are shown, the list of machines is kept up to
 * date.
 */
import { useLocation, useNavigate } from '@solidjs/router';
import { createEffect, createSignal, type JSX, onCleanup, Show } from 'solid-js';
import {
  chooseTheme,
  listenForShortcuts,
  offerCommands,
  SHORTCUTS,
  setOverlay,
  toggleTheme,
} from '../base/index.ts';
import { useVms, watchVms } from '../data/index.ts';
import { CreateDialog } from '../machines/index.ts';
import { AddProviderDialog } from '../providers/index.ts';
import { Header } from './header.tsx';
import { HelpDialog } from './help-dialog.tsx';
import { Palette } from './palette.tsx';

/** Time for which live updates may be interrupted before the page shows a warning, ms. */
const PATIENCE_MS = 1_500;

interface SignedInProps {
  user: string;
  onLogOut(): void;
  children: JSX.Element;
}

export function SignedIn(props: SignedInProps): JSX.Element {
  const navigate = useNavigate();
  const location = useLocation();
  const vms = useVms();
  const live = watchVms();
  const stale = createStale(live);
  // The pages of a machine and of the desktop fill the window. All other pages scroll.
  const fullHeight = (): boolean => location.pathname.startsWith('/vm/') || location.pathname === '/desktop';
  listenForShortcuts();

  offerCommands(() => [
    { id: 'machines', title: 'Go to machines', run: () => navigate('/') },
    { id: 'desktop', title: 'Go to the desktop', run: () => navigate('/desktop') },
    { id: 'providers', title: 'Go to providers', run: () => navigate('/providers') },
    { id: 'create', title: 'New machine', run: () => setOverlay('create-machine') },
    { id: 'add-provider', title: 'Add a provider', run: () => setOverlay('add-provider') },
    ...(vms.data ?? []).map((vm) => ({
      id: vm.vmId,
      title: `Open ${vm.name}`,
      run: () => navigate(`/vm/${vm.vmId}`),
    })),
    { id: 'theme', title: 'Switch between dark and light', run: toggleTheme },
    { id: 'theme-system', title: 'Follow the system’s theme', run: () => chooseTheme(undefined) },
    { id: 'help', title: 'Keyboard shortcuts', keys: SHORTCUTS.help, run: () => setOverlay('help') },
    { id: 'log-out', title: 'Log out', run: () => props.onLogOut() },
  ]);

  return (
    <div class="flex h-dvh flex-col">
      <a
        href="#main"
        class="sr-only z-50 rounded-lg bg-ink px-4 py-2 text-paper focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      <Header user={props.user} onLogOut={props.onLogOut} />
      <Show when={stale()}>
        <p class="border-rule border-b bg-wait-wash px-5 py-1.5 text-center text-sm text-wait" role="status">
          No live connection to the hub. What you see may be old; the page is reconnecting.
        </p>
      </Show>
      <main id="main" tabindex={-1} class="flex min-h-0 grow flex-col outline-none">
        <div
          classList={{
            contents: fullHeight(),
            'grow overflow-y-auto px-4 py-8 [scrollbar-gutter:stable] sm:px-8': !fullHeight(),
          }}
        >
          <div classList={{ contents: fullHeight(), 'mx-auto w-full max-w-5xl': !fullHeight() }}>
            {props.children}
          </div>
        </div>
      </main>
      <CreateDialog />
      <AddProviderDialog />
      <HelpDialog />
      <Palette />
    </div>
  );
}

/** Returns a signal that is true when live updates have been interrupted for 1.5 s (PATIENCE_MS). */
function createStale(live: () => boolean): () => boolean {
  const [stale, setStale] = createSignal(false);
  createEffect(() => {
    if (live()) return setStale(false);
    const timer = setTimeout(() => setStale(true), PATIENCE_MS);
    onCleanup(() => clearTimeout(timer));
  });
  return stale;
}
