/** The bar above the picture of a desktop. It shows the state of the desktop and has all its controls. */
import type { Desktop } from '@unicore/protocol/api';
import { createSignal, type JSX, Show } from 'solid-js';
import type { DesktopActions } from '../../data/index.ts';
import { Button, IconButton } from '../../ui/index.ts';
import { ClipboardPopover, type SharedClipboard } from '../clipboard/index.ts';
import { Eye, Maximize, Minimize, Power } from '../desktop-icons.ts';
import { FilesPopover, type Transfers } from '../files/index.ts';
import type { FullScreen } from '../full-screen.ts';
import type { News } from '../news.ts';
import { LineChip, type Viewing } from '../screen/index.ts';
import { SharePopover } from '../share/index.ts';
import { KeysPopover, type Typist } from '../typing/index.ts';
import { AboutPopover } from './about-popover.tsx';
import { Driver } from './driver.tsx';
import { EndDialog } from './end-dialog.tsx';
import { RunningCost } from './running-cost.tsx';
import { TimeLeft } from './time-left.tsx';

interface DesktopBarProps {
  desktop: Desktop;
  viewing: Viewing;
  news: News;
  typist: Typist;
  clipboard: SharedClipboard;
  transfers: Transfers;
  fullScreen: FullScreen;
  actions: DesktopActions;
  onTakeOver(): void;
  /** Called when a panel was closed, and the keyboard should type on the desktop again. */
  onClose(): void;
  /** Receives the element that gets the focus when the user leaves the picture with the keyboard. */
  ref(element: HTMLElement): void;
}

export function DesktopBar(props: DesktopBarProps): JSX.Element {
  const [ending, setEnding] = createSignal(false);
  const isOff = (): boolean => !props.viewing.shown() || props.viewing.viewOnly();
  return (
    <div
      class="flex min-h-12 shrink-0 flex-wrap items-center gap-x-4 gap-y-1 border-rule border-b bg-paper px-3 py-1.5 sm:px-5"
      role="toolbar"
      aria-label="Desktop"
      tabindex={-1}
      ref={props.ref}
    >
      <h1 class="font-semibold tracking-tight max-lg:sr-only">Desktop</h1>
      <LineChip viewing={props.viewing} />
      <Show when={props.viewing.shown() && !props.viewing.viewOnly()}>
        <Driver control={props.news.control()} onTakeOver={props.onTakeOver} />
      </Show>
      <TimeLeft desktop={props.desktop} extend={props.actions.extend} />
      <RunningCost desktop={props.desktop} />
      <div class="ml-auto flex items-center gap-0.5 max-sm:w-full max-sm:justify-between">
        <FilesPopover
          transfers={props.transfers}
          downloads={props.news.files()?.downloads ?? []}
          disabled={!props.viewing.shown()}
          onClose={props.onClose}
        />
        <ClipboardPopover clipboard={props.clipboard} disabled={isOff()} onClose={props.onClose} />
        <KeysPopover typist={props.typist} disabled={isOff()} onClose={props.onClose} />
        <IconButton
          label="Only watch"
          pressed={props.viewing.viewOnly()}
          onClick={() => props.viewing.setViewOnly(!props.viewing.viewOnly())}
        >
          <Eye />
        </IconButton>
        <SharePopover desktop={props.desktop} actions={props.actions} onClose={props.onClose} />
        <AboutPopover desktop={props.desktop} onClose={props.onClose} />
        <Show when={props.fullScreen.isPossible}>
          <IconButton
            label={props.fullScreen.on() ? 'Leave full screen' : 'Full screen'}
            onClick={() => props.fullScreen.toggle()}
          >
            <Show when={props.fullScreen.on()} fallback={<Maximize />}>
              <Minimize />
            </Show>
          </IconButton>
        </Show>
        <Button size="small" class="ml-1.5" aria-label="End the desktop" onClick={() => setEnding(true)}>
          <Power class="size-4 text-fault" /> End
        </Button>
      </div>
      <EndDialog
        open={ending()}
        busy={props.actions.end.isPending}
        onClose={() => setEnding(false)}
        onEnd={() => props.actions.end.mutate(props.desktop, { onSettled: () => setEnding(false) })}
      />
    </div>
  );
}
