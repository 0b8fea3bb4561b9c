/** One terminal on the page: its screen, the search bar, and the bar that is shown after its shell has ended. */
import { createEffect, createSignal, type JSX, on, onCleanup, onMount, Show } from 'solid-js';
import { theme } from '../base/index.ts';
import { COLOURS } from './colours.ts';
import { EndedBar } from './ended-bar.tsx';
import { drawOnGpu } from './gpu.ts';
import { SearchBar } from './search-bar.tsx';
import type { Session } from './session.ts';
import { takeKeys } from './terminal-keys.ts';

/** Delay before a new window size is reported, ms. While a window is dragged, its size changes with every frame. */
const RESIZE_MS = 60;

/** The element that contains a terminal. Tests and browser extensions read the terminal's buffer through it. */
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
  /** Label for screen readers. It must say how to leave the terminal by keyboard. */
  label: string;
  visible: boolean;
  /** Whether the search bar is open. */
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

  /** Opens the terminal's channel when it is first visible, since only then its size is known. */
  const show = (): void => {
    const first = !opened();
    if (first) session.open(host);
    setOpened(true);
    onCleanup(drawOnGpu(terminal));
    if (first) session.connect();
    else session.refit();
    // A user who moves along the tabs with the arrow keys keeps the focus there.
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
