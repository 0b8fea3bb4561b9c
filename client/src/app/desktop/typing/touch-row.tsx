/**
 * A row for touch screens, with keys that the soft keyboards of phones lack and a button that opens the soft
 * keyboard.
 */
import { For, type JSX } from 'solid-js';
import { Keyboard } from '../../ui/index.ts';
import { ALT, ARROWS, CTRL, ESCAPE, type SpecialKey, TAB } from './special-keys.ts';
import type { Typist } from './typist.ts';

const KEY =
  'grid h-10 min-w-0 grow place-items-center rounded-md border border-rule bg-surface font-mono text-sm ' +
  'active:bg-sunken aria-pressed:border-live aria-pressed:bg-live-wash aria-pressed:text-live';

const NAMES: Record<string, string> = {
  Esc: 'Escape',
  Ctrl: 'Control',
  '←': 'Left',
  '↓': 'Down',
  '↑': 'Up',
  '→': 'Right',
};

export function TouchRow(props: { typist: Typist; openKeyboard(): void }): JSX.Element {
  const isDown = (key: SpecialKey): boolean => props.typist.sticky().includes(key);
  return (
    <div
      class="hidden shrink-0 gap-1 border-rule border-t bg-paper p-1.5 pointer-coarse:flex"
      role="toolbar"
      aria-label="Keys"
    >
      <button type="button" class={KEY} aria-label="Open the keyboard" onClick={() => props.openKeyboard()}>
        <Keyboard class="size-4" />
      </button>
      <For each={[ESCAPE, TAB, CTRL, ALT, ...ARROWS]}>
        {(key) => (
          <button
            type="button"
            class={KEY}
            aria-label={NAMES[key.label]}
            aria-pressed={key === CTRL || key === ALT ? isDown(key) : undefined}
            // The text field must keep the focus, otherwise the soft keyboard would close.
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => {
              if (key === CTRL || key === ALT) props.typist.toggle(key);
              else props.typist.strike(key);
            }}
          >
            {key.label}
          </button>
        )}
      </For>
    </div>
  );
}
