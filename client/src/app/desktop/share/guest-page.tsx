/** The page of a share link. It shows the picture of another user's desktop. No account is needed. */
import { createSignal, type JSX, Match, onCleanup, onMount, Show, Switch } from 'solid-js';
import type { Share, UniCore } from '../../../sdk/index.ts';
import { useTitle } from '../../base/index.ts';
import { IconButton, Logo, Toasts } from '../../ui/index.ts';
import { Maximize, Minimize } from '../desktop-icons.ts';
import { createFullScreen } from '../full-screen.ts';
import {
  createViewing,
  LineChip,
  lineNotice,
  loadScreen,
  type ScreenCode,
  StoppedPanel,
} from '../screen/index.ts';

interface GuestPageProps {
  /** The client for this share link. */
  unicore: UniCore;
  /** The contents of the link. Undefined if the link is not complete. */
  share: Share | undefined;
  /** Loads noVNC. Tests replace it. */
  load?: () => Promise<ScreenCode>;
}

export function GuestPage(props: GuestPageProps): JSX.Element {
  const { unicore, share, load = loadScreen } = props;
  const sessionId = share?.sessionId ?? '';
  const viewing = createViewing({ unicore, sessionId, scale: 1, load, isGuest: true });
  const fullScreen = createFullScreen();
  const [hub, setHub] = createSignal(unicore.status);
  onCleanup(unicore.onStatus(setHub));
  useTitle(() => 'Shared desktop');
  let host!: HTMLDivElement;
  onMount(() => (share ? viewing.connect(host) : viewing.stop(INCOMPLETE)));
  const notice = () =>
    lineNotice({ line: viewing.line(), hubUp: hub() === 'connected', shown: viewing.shown() });
  return (
    <div class="flex h-dvh flex-col bg-sunken" data-desktop={viewing.shown() ? viewing.line() : 'connecting'}>
      <header class="flex h-12 shrink-0 items-center gap-3 border-rule border-b bg-paper px-3 sm:px-5">
        <Logo class="size-5" />
        <h1 class="font-semibold tracking-tight">Shared desktop</h1>
        <Show when={!viewing.stopped()}>
          <LineChip viewing={viewing} />
        </Show>
        <Show when={fullScreen.isPossible}>
          <IconButton
            class="ml-auto"
            label={fullScreen.on() ? 'Leave full screen' : 'Full screen'}
            onClick={() => fullScreen.toggle()}
          >
            <Show when={fullScreen.on()} fallback={<Maximize />}>
              <Minimize />
            </Show>
          </IconButton>
        </Show>
      </header>
      <main class="relative min-h-0 grow overflow-hidden">
        <div
          ref={host}
          class="absolute inset-0 transition-opacity"
          classList={{ 'opacity-50': viewing.shown() && viewing.line() !== 'connected' }}
          role="img"
          aria-label="Picture of the shared desktop"
        />
        <Switch>
          <Match when={viewing.stopped()}>
            {(stopped) => (
              <StoppedPanel
                stopped={stopped()}
                title="There is nothing to watch"
                onRetry={() => viewing.connect(host)}
              />
            )}
          </Match>
          <Match when={notice()}>
            {(text) => (
              <p
                class="-translate-x-1/2 absolute bottom-5 left-1/2 w-max max-w-[calc(100%-1.5rem)] animate-late rounded-2xl border border-rule bg-surface px-4 py-2 text-sm shadow-float"
                role="status"
              >
                {text()}
              </p>
            )}
          </Match>
        </Switch>
      </main>
      <Toasts />
    </div>
  );
}

const INCOMPLETE = 'This link is not complete. Ask for it again, and open all of it.';
