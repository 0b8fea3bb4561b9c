/** A small panel with keys that a keyboard may lack. Held keys are released when the panel closes. */
import { Popover } from '@kobalte/core/popover';
import { createSignal, For, type JSX } from 'solid-js';
import { ICON_BUTTON, Keyboard } from '../../ui/index.ts';
import type { Viewing } from '../screen/index.ts';
import { HELD_KEYS, SINGLE_KEYS, type SpecialKey } from './special-keys.ts';

const KEY =
  'h-9 rounded-md border border-rule bg-surface font-mono text-sm hover:bg-sunken active:bg-sunken ' +
  'aria-pressed:border-live aria-pressed:bg-live-wash aria-pressed:text-live';

export function KeysPopover(props: { viewing: Viewing; disabled: boolean }): JSX.Element {
  const [open, setOpen] = createSignal(false);
  const [held, setHeld] = createSignal<readonly SpecialKey[]>([]);

  const toggle = (key: SpecialKey): void => {
    const isHeld = held().includes(key);
    props.viewing.sendKey(key.keysym, key.code, !isHeld);
    setHeld(isHeld ? held().filter((other) => other !== key) : [...held(), key]);
  };
  const change = (isOpen: boolean): void => {
    if (!isOpen) for (const key of held()) toggle(key);
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
            props.viewing.focus();
          }}
        >
          <Popover.Title class="font-medium text-sm">Special keys</Popover.Title>
          <div class="mt-2 grid grid-cols-4 gap-1.5">
            <For each={HELD_KEYS}>
              {(key) => (
                <button
                  type="button"
                  class={KEY}
                  aria-pressed={held().includes(key)}
                  onClick={() => toggle(key)}
                >
                  {key.label}
                </button>
              )}
            </For>
            <For each={SINGLE_KEYS}>
              {(key) => (
                <button type="button" class={KEY} onClick={() => props.viewing.sendKey(key.keysym, key.code)}>
                  {key.label}
                </button>
              )}
            </For>
          </div>
          <Popover.Description class="mt-2 text-muted text-xs">
            The first four stay pressed until you press them again or close this panel.
          </Popover.Description>
        </Popover.Content>
      </Popover.Portal>
    </Popover>
  );
}
