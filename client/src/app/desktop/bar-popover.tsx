/** A button in the bar above a desktop's picture. It opens a small panel. */
import { Popover } from '@kobalte/core/popover';
import { type JSX, Show } from 'solid-js';
import { ICON_BUTTON } from '../ui/index.ts';

interface BarPopoverProps {
  label: string;
  icon: JSX.Element;
  /** True if the panel has something new, or if something in it is in use. */
  isMarked?: boolean;
  disabled?: boolean;
  onOpen?(): void;
  /** Called when the panel was closed, and the keyboard should type on the desktop again. */
  onClose(): void;
  children: JSX.Element;
}

export function BarPopover(props: BarPopoverProps): JSX.Element {
  return (
    <Popover placement="bottom-end" gutter={6} onOpenChange={(open) => open && props.onOpen?.()}>
      <Popover.Trigger
        class={`relative ${ICON_BUTTON}`}
        aria-label={props.label}
        title={props.label}
        disabled={props.disabled}
      >
        {props.icon}
        <Show when={props.isMarked}>
          <span class="absolute top-1 right-1 size-2 rounded-full border border-paper bg-live" />
        </Show>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          class="z-50 max-h-[70dvh] w-80 max-w-[calc(100vw-1rem)] animate-appear overflow-y-auto rounded-xl border border-rule bg-surface p-4 text-sm shadow-float outline-none"
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            props.onClose();
          }}
        >
          <Popover.Title class="font-medium">{props.label}</Popover.Title>
          {props.children}
        </Popover.Content>
      </Popover.Portal>
    </Popover>
  );
}
