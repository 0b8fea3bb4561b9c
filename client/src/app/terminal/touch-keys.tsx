/** Buttons for keys that the keyboards of phones lack. The buttons are shown on touch screens. */
import type { Terminal } from '@xterm/xterm';
import { For, type JSX } from 'solid-js';

/**
 * The escape sequence of an arrow key. It depends on whether the program in the terminal uses application
 * cursor keys.
 */
const arrow = (letter: string) => (terminal: Terminal) =>
  `\x1b${terminal.modes.applicationCursorKeysMode ? 'O' : '['}${letter}`;
const say = (text: string) => () => text;

const KEYS: { label: string; name: string; send(terminal: Terminal): string }[] = [
  { label: 'Esc', name: 'Escape', send: say('\x1b') },
  { label: 'Tab', name: 'Tab', send: say('\t') },
  { label: '^C', name: 'Control C', send: say('\x03') },
  { label: '^D', name: 'Control D', send: say('\x04') },
  { label: '←', name: 'Left', send: arrow('D') },
  { label: '↓', name: 'Down', send: arrow('B') },
  { label: '↑', name: 'Up', send: arrow('A') },
  { label: '→', name: 'Right', send: arrow('C') },
];

export function TouchKeys(props: { terminal: Terminal }): JSX.Element {
  return (
    <div
      class="hidden shrink-0 gap-1 border-rule border-t bg-paper p-1.5 pointer-coarse:flex"
      role="toolbar"
      aria-label="Keys"
    >
      <For each={KEYS}>
        {(key) => (
          <button
            type="button"
            class="h-9 min-w-0 grow rounded-md border border-rule bg-surface font-mono text-sm active:bg-sunken"
            aria-label={key.name}
            // Prevents the button from taking the focus, so that the on-screen keyboard stays open.
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => {
              if (!props.terminal.options.disableStdin) props.terminal.input(key.send(props.terminal));
            }}
          >
            {key.label}
          </button>
        )}
      </For>
    </div>
  );
}
