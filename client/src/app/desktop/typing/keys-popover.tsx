/** A panel with keys that a keyboard may lack. Keys that are held down in it are released when it closes. */
import { Popover } from '@kobalte/core/popover';
import { createSignal, For, type JSX } from 'solid-js';
import { ICON_BUTTON, Keyboard } from '../../ui/index.ts';
import { HELD_KEYS, SINGLE_KEYS } from './special-keys.ts';
import type { Typist } from './typist.ts';

const KEY =
  'h-9 rounded-md border border-rule bg-surface font-mono text-sm hover:bg-sunken active:bg-sunken ' +
  'aria-pressed:border-live aria-pressed:bg-live-wash aria-pressed:text-live';

interface KeysPopoverProps {
  typist: Typist;
  disabled: boolean;
  /** Called when the panel was closed, and the keyboard should type on the desktop again. */
  onClose(): void;
}

export function KeysPopover(props: KeysPopoverProps): JSX.Element {
  const [open, setOpen] = createSignal(false);
  const change = (isOpen: boolean): void => {
    if (!isOpen) props.typist.release();
    setOpen(isOpen);
  };

  return (
    <Popover open={open()} onOpenChange={change} placement="bottom-end" gutter={6}>
      <Popover.Trigger
        class={ICON_BUTTON}
        aria-label="Special keys"
        title="Special keys"
        disabled={props.disabled}
      >
        <Keyboard />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          class="z-50 w-72 animate-appear rounded-xl border border-rule bg-surface p-3 shadow-float outline-none"
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            props.onClose();
          }}
        >
          <Popover.Title class="font-medium text-sm">Special keys</Popover.Title>
          <div class="mt-2 grid grid-cols-4 gap-1.5">
            <For each={HELD_KEYS}>
              {(key) => (
                <button
                  type="button"
                  class={KEY}
                  aria-pressed={props.typist.sticky().includes(key)}
                  onClick={() => props.typist.toggle(key)}
                >
                  {key.label}
                </button>
              )}
            </For>
            <For each={SINGLE_KEYS}>
              {(key) => (
                <button type="button" class={KEY} onClick={() => props.typist.strike(key)}>
                  {key.label}
                </button>
              )}
            </For>
          </div>
          <Popover.Description class="mt-2 text-muted text-xs">
            Ctrl, Alt, Shift and Super stay down until the next key.
          </Popover.Description>
        </Popover.Content>
      </Popover.Portal>
    </Popover>
  );
}
