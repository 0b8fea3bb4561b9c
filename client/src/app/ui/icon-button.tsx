/** A button that shows only an icon. Its name is shown in a tooltip and read by screen readers. */
import { Tooltip } from '@kobalte/core/tooltip';
import { type JSX, Show } from 'solid-js';
import { Keys } from './key-caps.tsx';

interface IconButtonProps {
  label: string;
  /** Keyboard shortcut of the same action, such as 'Ctrl+Shift+F'. */
  shortcut?: string;
  /** For a toggle button: true if the button is on. */
  pressed?: boolean;
  disabled?: boolean;
  class?: string;
  onClick(): void;
  children: JSX.Element;
}

export const ICON_BUTTON =
  'inline-grid size-8 shrink-0 place-items-center rounded-lg text-muted transition-colors hover:bg-sunken hover:text-ink ' +
  'aria-pressed:bg-sunken aria-pressed:text-ink disabled:opacity-40 disabled:cursor-not-allowed [&>svg]:size-4';

export function IconButton(props: IconButtonProps): JSX.Element {
  return (
    <Tooltip openDelay={400} closeDelay={0} gutter={6}>
      <Tooltip.Trigger
        as="button"
        type="button"
        aria-label={props.label}
        aria-pressed={props.pressed}
        disabled={props.disabled}
        class={`${ICON_BUTTON} ${props.class ?? ''}`}
        onClick={() => props.onClick()}
      >
        {props.children}
      </Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content class="z-50 flex animate-appear items-center gap-2 rounded-md bg-ink px-2.5 py-1 text-paper text-xs">
          {props.label}
          <Show when={props.shortcut}>{(keys) => <Keys keys={keys()} plain />}</Show>
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip>
  );
}
