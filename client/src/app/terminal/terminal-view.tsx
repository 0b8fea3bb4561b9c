/** One terminal on the page. It shows the screen, the search bar, and a bar after the shell has ended. */
import { createEffect, createSignal, type JSX, on, onCleanup, onMount, Show } from 'solid-js';
import { theme } from '../base/index.ts';
import { COLOURS } from './colours.ts';
import { EndedBar } from './ended-bar.tsx';
import { drawOnGpu } from './gpu.ts';
import { SearchBar } from './search-bar.tsx';
import type { Session } from './session.ts';
import { takeKeys } from './terminal-keys.ts';

/**
 * Delay before a new window size is reported, ms. While a user drags the window's edge, the size changes with
 * every frame.
 */
const RESIZE_MS = 60;

/**
 * The element that contains a terminal. Tests and browser extensions read the terminal's buffer from its
 * property `xterm`.
 */
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
  /** Label for screen readers. It must tell how to leave the terminal with the keyboard. */
  label: string;
  visible: boolean;
  /** True while the search bar is open. */
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

  /** Opens the terminal's channel when the terminal is first visible, because its size is unknown before. */
  const show = (): void => {
    const first = !opened();
    if (first) session.open(host);
    setOpened(true);
    onCleanup(drawOnGpu(terminal));
    if (first) session.connect();
    else session.refit();
    // A terminal gets the focus when it becomes visible. But if a tab has the focus, the tab keeps it, so
    // that the user can continue to move along the tabs with the arrow keys.
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
