/** The place of one terminal on the page: its screen, the search bar, and what is said when its shell has ended. */
import { createEffect, createSignal, type JSX, on, onCleanup, onMount, Show } from 'solid-js';
import { theme } from '../base/index.ts';
import { COLOURS } from './colours.ts';
import { EndedBar } from './ended-bar.tsx';
import { drawOnGpu } from './gpu.ts';
import { SearchBar } from './search-bar.tsx';
import type { Session } from './session.ts';
import { takeKeys } from './terminal-keys.ts';

/** While a window is dragged its size changes with every frame; the shell hears of it when it rests. */
const RESIZE_MS = 60;

/** The element that a terminal is in. Tests and extensions read its buffer from here. */
interface TerminalHost extends HTMLDivElement {
  xterm?: Session['screen']['terminal'];
}

export interface ViewActions {
  newTerminal(): void;
  move(by: number): void;
  leave(): void;
}

interface TerminalViewProps {
  session: Session;
  /** Read to who cannot see the screen; it must say how to leave. */
  label: string;
  visible: boolean;
  /** Raised when the search bar is wanted from outside. */
  finding: boolean;
  onFinding(finding: boolean): void;
  actions: ViewActions;
}

export function TerminalView(props: TerminalViewProps): JSX.Element {
  const { session } = props;
  const { terminal } = session.screen;
  let host!: TerminalHost;
  const [opened, setOpened] = createSignal(false);

  onMount(() => {
    host.xterm = terminal;
    takeKeys(terminal, {
      ...props.actions,
      find: () => props.onFinding(true),
      enterAfterEnd: () => {
        if (!session.ended()) return false;
        session.connect();
        return true;
      },
    });
    let timer: ReturnType<typeof setTimeout> | undefined;
    const observer = new ResizeObserver(() => {
      clearTimeout(timer);
      timer = setTimeout(() => session.refit(), RESIZE_MS);
    });
    observer.observe(host);
    onCleanup(() => {
      clearTimeout(timer);
      observer.disconnect();
    });
  });

  createEffect(
    on(
      () => props.visible,
      (visible) => visible && show(),
    ),
  );
  createEffect(() => opened() && terminal.textarea?.setAttribute('aria-label', props.label));

  /** A terminal that nobody has looked at yet has no size and no channel. */
  const show = (): void => {
    const first = !opened();
    if (first) session.open(host);
    setOpened(true);
    onCleanup(drawOnGpu(terminal));
    if (first) session.connect();
    else session.refit();
    // Who walks along the tabs with the arrow keys stays there.
    if (document.activeElement?.role !== 'tab') terminal.focus();
  };

  createEffect(
    on(theme, (now) => {
      terminal.options.theme = COLOURS[now];
    }),
  );

  const close = (): void => {
    props.onFinding(false);
    terminal.focus();
  };

  return (
    <div class="relative flex min-h-0 grow flex-col bg-screen">
      <Show when={props.finding && opened()}>
        <SearchBar search={session.screen.search} terminal={terminal} onClose={close} />
      </Show>
      <div
        ref={host}
        class="terminal-host min-h-0 grow"
        data-terminal-id={session.terminalId}
        data-foreign={session.size()?.mine === false ? '' : undefined}
      />
      <Show when={session.ended()}>
        {(ended) => <EndedBar ended={ended()} onRestart={() => [session.connect(), terminal.focus()]} />}
      </Show>
    </div>
  );
}
