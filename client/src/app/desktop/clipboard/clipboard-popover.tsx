/** The panel that allows the clipboard in each direction, and says why a text was refused. */
import { type JSX, Show } from 'solid-js';
import { BarPopover } from '../bar-popover.tsx';
import { Clipboard } from '../desktop-icons.ts';
import type { Direction, SharedClipboard } from './shared-clipboard.ts';

interface ClipboardPopoverProps {
  clipboard: SharedClipboard;
  disabled: boolean;
  onClose(): void;
}

export function ClipboardPopover(props: ClipboardPopoverProps): JSX.Element {
  const isAny = (): boolean => props.clipboard.allowed().toDesktop || props.clipboard.allowed().fromDesktop;
  return (
    <BarPopover
      label="Clipboard"
      icon={<Clipboard />}
      isMarked={isAny() && !props.clipboard.isPending()}
      disabled={props.disabled}
      onClose={props.onClose}
    >
      <div class="mt-3 grid gap-3" aria-busy={isAny() && props.clipboard.isPending()}>
        <Choice
          clipboard={props.clipboard}
          direction="toDesktop"
          label="Paste into the desktop"
          meaning="Ctrl+V in the desktop pastes what you copied on this device."
        />
        <Choice
          clipboard={props.clipboard}
          direction="fromDesktop"
          label="Copy out of the desktop"
          meaning="What is copied in the desktop is copied on this device, too."
        />
      </div>
      <Show when={props.clipboard.refusal()}>
        {(reason) => (
          <p class="mt-3 text-fault" role="alert">
            {reason()}
          </p>
        )}
      </Show>
      <p class="mt-3 text-muted text-xs">Texts of up to 1 MiB. Both are off again when you leave the page.</p>
    </BarPopover>
  );
}

function Choice(props: {
  clipboard: SharedClipboard;
  direction: Direction;
  label: string;
  meaning: string;
}): JSX.Element {
  return (
    <label class="flex cursor-pointer items-start gap-3">
      <input
        type="checkbox"
        class="mt-0.5 size-4 shrink-0 accent-live"
        checked={props.clipboard.allowed()[props.direction]}
        onChange={(event) => props.clipboard.allow(props.direction, event.currentTarget.checked)}
      />
      <span>
        <span class="block">{props.label}</span>
        <span class="block text-muted text-xs">{props.meaning}</span>
      </span>
    </label>
  );
}
