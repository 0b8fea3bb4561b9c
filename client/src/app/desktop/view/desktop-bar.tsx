/** The bar above the screen of the desktop: time left, cost, and everything that can be done with the desktop. */
import type { Desktop } from '@unicore/protocol/api';
import { createSignal, type JSX, Show } from 'solid-js';
import type { DesktopActions } from '../../data/index.ts';
import { Button, IconButton } from '../../ui/index.ts';
import { Eye, Hand, Maximize, Minimize, Power } from '../desktop-icons.ts';
import { dollars } from '../format.ts';
import { LineChip, type Viewing } from '../screen/index.ts';
import { KeysPopover } from '../typing/index.ts';
import { EndDialog } from './end-dialog.tsx';
import type { FullScreen } from './full-screen.ts';
import { TimeLeft } from './time-left.tsx';

interface DesktopBarProps {
  desktop: Desktop;
  viewing: Viewing;
  fullScreen: FullScreen;
  actions: DesktopActions;
  onTakeOver(): void;
  /** Receives the element that has the focus after the screen was left with the keyboard. */
  ref(element: HTMLElement): void;
}

export function DesktopBar(props: DesktopBarProps): JSX.Element {
  const [ending, setEnding] = createSignal(false);
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
      <TimeLeft desktop={props.desktop} extend={props.actions.extend} />
      <span
        class="text-muted text-sm tabular-nums"
        title="What the desktop has cost so far, as the hub last said"
      >
        {dollars(props.desktop.cost)}
      </span>
      <div class="ml-auto flex items-center gap-0.5">
        <IconButton
          label="Take over the controls"
          disabled={!props.viewing.shown() || props.viewing.viewOnly()}
          onClick={props.onTakeOver}
        >
          <Hand />
        </IconButton>
        <IconButton
          label="Only watch"
          pressed={props.viewing.viewOnly()}
          onClick={() => props.viewing.setViewOnly(!props.viewing.viewOnly())}
        >
          <Eye />
        </IconButton>
        <KeysPopover viewing={props.viewing} disabled={!props.viewing.shown() || props.viewing.viewOnly()} />
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
