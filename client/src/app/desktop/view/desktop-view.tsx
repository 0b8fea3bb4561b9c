/**
 * The view of the running desktop: the picture with a sentence over it, the bar, and the row of keys for touch
 * screens.
 */
import type { Desktop } from '@unicore/protocol/api';
import { createEffect, createSignal, type JSX, Match, on, onCleanup, onMount, Show, Switch } from 'solid-js';
import { setOverlay } from '../../base/index.ts';
import { type DesktopActions, useUniCore } from '../../data/index.ts';
import { failed } from '../../ui/index.ts';
import { createSharedClipboard } from '../clipboard/index.ts';
import { createTransfers, DropZone } from '../files/index.ts';
import { createFullScreen } from '../full-screen.ts';
import { createNews } from '../news.ts';
import { createViewing, lineNotice, loadScreen, type ScreenCode, StoppedPanel } from '../screen/index.ts';
import { isMac, TouchRow, TypingField, type TypingFieldHandle, Typist } from '../typing/index.ts';
import { DesktopBar } from './desktop-bar.tsx';
import { isDrivenByProgram } from './driver.tsx';
import { sayNewDownloads } from './new-downloads.ts';
import { NoticePill } from './notice.tsx';
import { createNotices } from './notices.ts';

const LABEL = 'Screen of the desktop. Press Control, Shift and Up to leave it.';

interface DesktopViewProps {
  sessionId: string;
  desktop: Desktop;
  actions: DesktopActions;
  /** Loads noVNC. Tests replace it. */
  load?: () => Promise<ScreenCode>;
}

export function DesktopView(props: DesktopViewProps): JSX.Element {
  const unicore = useUniCore();
  const { sessionId, load = loadScreen } = props;
  const news = createNews({
    unicore,
    sessionId,
    onClipboardRefused: ({ viewer, reason }) => viewer === viewing.viewer() && clipboard.refused(reason),
  });
  const viewing = createViewing({
    unicore,
    sessionId,
    scale: props.desktop.scale,
    load,
    onCopied: (text) => clipboard.copied(text),
  });
  const clipboard = createSharedClipboard({
    news,
    viewer: viewing.viewer,
    give: viewing.copy,
    failed: (error) => failed('The clipboard was not allowed', error),
  });
  const transfers = createTransfers(news.desktop);
  const typist = new Typist({
    isAllowed: () => !viewing.viewOnly(),
    send: viewing.send,
    isMac: isMac(),
  });
  const fullScreen = createFullScreen();
  const [hub, setHub] = createSignal(unicore.status);
  const [isFocused, setFocused] = createSignal(false);
  onCleanup(unicore.onStatus(setHub));
  let host!: HTMLDivElement;
  let stage!: HTMLDivElement;
  let bar!: HTMLElement;
  let field!: TypingFieldHandle;

  const notices = createNotices({
    desktop: () => props.desktop,
    line: () => lineNotice({ line: viewing.line(), hubUp: hub() === 'connected', shown: viewing.shown() }),
    idleEndsAt: news.idleEndsAt,
    extend: () => props.actions.extend.mutate(props.desktop),
    stay: () => {
      news
        .desktop()
        .stay()
        .catch((error: unknown) => failed('The desktop did not hear you', error));
    },
  });
  const focus = (): void => field.focus();
  const takeOver = (): void => {
    news
      .desktop()
      .control(true)
      .then(
        () => {
          notices.say({ text: 'You have the controls.' });
          viewing.refit();
          focus();
        },
        (error: unknown) => failed('The controls were not taken over', error),
      );
  };
  /** If the user's input has no effect, shows the reason. */
  const explain = (): void => {
    if (viewing.viewOnly()) {
      const use = { label: 'Use it', run: () => [viewing.setViewOnly(false), notices.clear(), focus()] };
      notices.say({ text: 'You are only watching, so the desktop ignores your input.', action: use });
    } else if (isDrivenByProgram(news.control())) {
      const take = { label: 'Take over', run: takeOver };
      notices.say({ text: 'A program has the controls, so the desktop ignores your input.', action: take });
    }
  };
  const onKey = (event: KeyboardEvent): void => {
    explain();
    if (isCopy(event)) clipboard.copies();
  };
  const onFocus = (isFocused: boolean): void => {
    setFocused(isFocused);
    if (isFocused) clipboard.returned();
  };
  const onPointerDown = (event: PointerEvent): void => {
    const corner = host.getBoundingClientRect();
    field.moveTo(event.clientX - corner.left, event.clientY - corner.top);
    focus();
    explain();
  };
  const onLeave = (code: 'ArrowUp' | 'Space'): void => {
    bar.focus();
    if (code === 'Space') setOverlay('palette');
  };
  sayNewDownloads({ news, notices, save: transfers.save });

  onMount(() => viewing.connect(host));
  // When the picture appears it gets the keyboard, unless the user is using something else, such as a menu.
  createEffect(on(viewing.shown, (shown) => shown && isAtNothing() && focus()));
  // The desktop has ignored size requests while somebody else had the controls, so the size is requested again.
  createEffect(
    on(
      () => isDrivenByProgram(news.control()),
      (driven) => driven || viewing.refit(),
      { defer: true },
    ),
  );
  createEffect(() => {
    if (clipboard.waiting() === undefined) return;
    const copy = () => clipboard.take().then(notices.clear, (error: unknown) => failed('Not copied', error));
    notices.say({ text: 'A text was copied in the desktop.', action: { label: 'Copy it here', run: copy } });
  });
  createEffect(() => {
    const text = clipboard.refusal();
    if (text !== undefined) notices.say({ text, isUrgent: true });
  });

  return (
    <div
      class="flex min-h-0 grow flex-col bg-sunken"
      classList={{ 'fixed inset-0 z-30': fullScreen.on() }}
      data-desktop={viewing.stopped() ? 'stopped' : viewing.shown() ? viewing.line() : 'connecting'}
    >
      <DesktopBar
        desktop={props.desktop}
        viewing={viewing}
        news={news}
        typist={typist}
        clipboard={clipboard}
        transfers={transfers}
        fullScreen={fullScreen}
        actions={props.actions}
        onTakeOver={takeOver}
        onClose={focus}
        ref={(element) => {
          bar = element;
        }}
      />
      <div ref={stage} class="relative min-h-0 grow overflow-hidden">
        <div
          ref={host}
          class="absolute inset-0 transition-opacity"
          classList={{ 'opacity-50': viewing.shown() && viewing.line() !== 'connected' }}
          on:pointerdown={{ handleEvent: onPointerDown, capture: true }}
        />
        <TypingField
          typist={typist}
          label={LABEL}
          onLeave={onLeave}
          onFocus={onFocus}
          onKey={onKey}
          paste={clipboard.paste}
          isPasting={clipboard.allowed().toDesktop}
          ref={(handle) => {
            field = handle;
          }}
        />
        {/* Shows where the keyboard types, without a change of the picture's size. */}
        <div
          class="pointer-events-none absolute inset-0 border border-live/60 pointer-coarse:hidden"
          classList={{ hidden: !isFocused() || viewing.viewOnly() || !viewing.shown() }}
        />
        <DropZone
          over={stage}
          isOpen={viewing.shown()}
          onFiles={(files) => transfers.upload(files)}
          onFolder={(name) =>
            failed('A folder cannot be uploaded', new Error(`Upload the files in ${name}, or a zip of it.`))
          }
        />
        <Switch>
          <Match when={viewing.stopped()}>
            {(stopped) => <StoppedPanel stopped={stopped()} onRetry={() => viewing.connect(host)} />}
          </Match>
          <Match when={notices.current()}>{(notice) => <NoticePill notice={notice()} />}</Match>
        </Switch>
      </div>
      <Show when={viewing.shown() && !viewing.viewOnly()}>
        <TouchRow typist={typist} openKeyboard={() => field.openKeyboard()} />
      </Show>
    </div>
  );
}

/** True for a key that copies or cuts. */
function isCopy({ key, ctrlKey, metaKey, shiftKey }: KeyboardEvent): boolean {
  return ctrlKey || metaKey ? /^(c|x|insert)$/i.test(key) : shiftKey && key === 'Delete';
}

function isAtNothing(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}
