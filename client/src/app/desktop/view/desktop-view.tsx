/** The screen of the running desktop, with its bar and with words over the picture while the line is lost. */
import type { Control, Desktop } from '@unicore/protocol/api';
import { createSignal, type JSX, Match, onCleanup, onMount, Switch } from 'solid-js';
import { isPageChord, setOverlay } from '../../base/index.ts';
import { type DesktopActions, useUniCore } from '../../data/index.ts';
import { Button } from '../../ui/index.ts';
import { createViewing, lineNotice, loadScreen, type ScreenCode } from '../screen/index.ts';
import { releaseModifiers } from '../typing/index.ts';
import { DesktopBar } from './desktop-bar.tsx';
import { createFullScreen } from './full-screen.ts';

/** How long the page shows who has the controls after a take over, ms. Anyone may take them afterwards. */
const CONTROL_SHOWN_MS = 5_000;

interface DesktopViewProps {
  sessionId: string;
  desktop: Desktop;
  actions: DesktopActions;
  /** Loads noVNC. Tests have a screen of their own. */
  load?: () => Promise<ScreenCode>;
}

export function DesktopView(props: DesktopViewProps): JSX.Element {
  const unicore = useUniCore();
  const { sessionId, load = loadScreen } = props;
  const viewing = createViewing({ unicore, sessionId, scale: props.desktop.scale, load });
  const fullScreen = createFullScreen();
  const [hub, setHub] = createSignal(unicore.status);
  const [driver, setDriver] = createSignal<string>();
  let host!: HTMLDivElement;
  let bar!: HTMLElement;
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(unicore.onStatus(setHub));
  onCleanup(() => clearTimeout(timer));
  onMount(() => {
    // The listener must run before noVNC, which takes every key. So it listens in the capture phase.
    host.addEventListener('keydown', onChord, { capture: true });
    viewing.connect(host);
  });

  const notice = () =>
    lineNotice({ line: viewing.line(), hubUp: hub() === 'connected', shown: viewing.shown() });

  const onChord = (event: KeyboardEvent): void => {
    if (!isPageChord(event) || (event.code !== 'ArrowUp' && event.code !== 'Space')) return;
    event.preventDefault();
    event.stopPropagation();
    bar.focus();
    if (event.code === 'Space') setOverlay('palette');
  };

  const takeOver = (): void => {
    const holder = viewing.holder();
    props.actions.takeOver.mutate(
      { desktop: props.desktop, holder },
      {
        onSuccess: (control) => {
          setDriver(wordsFor(control, holder));
          clearTimeout(timer);
          timer = setTimeout(() => setDriver(undefined), CONTROL_SHOWN_MS);
          viewing.focus();
        },
      },
    );
  };

  return (
    <div
      class="flex min-h-0 grow flex-col bg-sunken"
      classList={{ 'fixed inset-0 z-30': fullScreen.on() }}
      data-desktop={viewing.stopped() ? 'stopped' : viewing.shown() ? viewing.line() : 'connecting'}
    >
      <DesktopBar
        desktop={props.desktop}
        viewing={viewing}
        fullScreen={fullScreen}
        actions={props.actions}
        onTakeOver={takeOver}
        ref={(element) => {
          bar = element;
        }}
      />
      <div class="relative min-h-0 grow overflow-hidden">
        <div
          ref={host}
          class="absolute inset-0 transition-opacity"
          classList={{ 'opacity-50': viewing.shown() && notice() !== undefined }}
          role="application"
          aria-label="Screen of the desktop. Press Control, Shift and Up to leave it."
          onFocusOut={(event) => releaseModifiers(event.target)}
        />
        <Switch>
          <Match when={viewing.stopped()}>
            {(stopped) => (
              <div class="absolute inset-0 grid place-content-center justify-items-center gap-4 px-6 text-center">
                <div role="alert">
                  <h2 class="font-semibold text-xl tracking-tight">The screen is not shown</h2>
                  <p class="mt-2 max-w-prose text-muted first-letter:uppercase">{stopped().message}</p>
                </div>
                <Button
                  look="primary"
                  onClick={() => (stopped().needsReload ? location.reload() : viewing.connect(host))}
                >
                  Try again
                </Button>
              </div>
            )}
          </Match>
          <Match when={notice() ?? driver()}>
            {(text) => (
              <p
                class="-translate-x-1/2 absolute bottom-6 left-1/2 w-max max-w-[calc(100%-2rem)] animate-late rounded-full border border-rule bg-surface px-4 py-2 text-center text-sm shadow-float"
                role="status"
              >
                {text()}
              </p>
            )}
          </Match>
        </Switch>
      </div>
    </div>
  );
}

function wordsFor({ holder }: Control, mine: string | undefined): string {
  if (holder === null) return 'Nobody has the controls. The next key or click takes them.';
  return holder.id === mine ? 'You have the controls.' : `${holder.name} has the controls.`;
}
