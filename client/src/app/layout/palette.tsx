/** The command palette. The user types a few letters of a command and presses Enter to run the command. */

import { Dialog } from '@kobalte/core/dialog';
import { createEffect, createMemo, createSignal, For, type JSX, on, Show } from 'solid-js';
import { allCommands, type Command, closeOverlay, matches, overlay } from '../base/index.ts';
import { createReturnFocus, Keys, Search } from '../ui/index.ts';

const LIST_ID = 'palette-list';
const optionId = (command: Command): string => `palette-${command.id}`;

export function Palette(): JSX.Element {
  const [query, setQuery] = createSignal('');
  const [at, setAt] = createSignal(0);
  const found = createMemo(() => allCommands().filter((command) => matches(command, query())));
  const chosen = (): Command | undefined => found()[Math.min(at(), found().length - 1)];
  const returnFocus = createReturnFocus(() => overlay() === 'palette');
  // The command runs after the palette has given back the focus. Otherwise a dialog that the command opens
  // would lose the focus.
  let pending: Command | undefined;

  createEffect(on(overlay, () => setQuery('')));
  createEffect(on(query, () => setAt(0)));
  createEffect(() => {
    const command = chosen();
    if (overlay() === 'palette' && command)
      document.getElementById(optionId(command))?.scrollIntoView?.({ block: 'nearest' });
  });

  const run = (command: Command | undefined): void => {
    if (!command) return;
    pending = command;
    closeOverlay();
  };
  const onKey = (event: KeyboardEvent): void => {
    const last = found().length - 1;
    if (event.key === 'ArrowDown') setAt(at() >= last ? 0 : at() + 1);
    else if (event.key === 'ArrowUp') setAt(at() <= 0 ? last : at() - 1);
    else if (event.key === 'Enter') run(chosen());
    else return;
    event.preventDefault();
  };

  return (
    <Dialog open={overlay() === 'palette'} onOpenChange={(open) => !open && closeOverlay()}>
      <Dialog.Portal>
        <Dialog.Overlay class="fixed inset-0 z-40 bg-black/40" />
        <Dialog.Content
          class="fixed inset-x-3 top-[12vh] z-40 mx-auto max-w-lg animate-appear overflow-hidden rounded-xl border border-rule bg-surface shadow-float"
          onCloseAutoFocus={(event) => {
            returnFocus(event);
            const command = pending;
            pending = undefined;
            command?.run();
          }}
        >
          <Dialog.Title class="sr-only">All commands</Dialog.Title>
          <label class="flex items-center gap-3 border-rule border-b px-4">
            <Search class="size-4 shrink-0 text-muted" />
            <input
              class="h-12 min-w-0 grow bg-transparent outline-none placeholder:text-muted"
              role="combobox"
              aria-expanded="true"
              aria-controls={LIST_ID}
              aria-activedescendant={chosen() && optionId(chosen()!)}
              aria-label="Command"
              placeholder="What do you want to do?"
              autocomplete="off"
              spellcheck={false}
              value={query()}
              onInput={(event) => setQuery(event.currentTarget.value)}
              onKeyDown={onKey}
            />
          </label>
          <div id={LIST_ID} role="listbox" aria-label="Commands" class="max-h-[50vh] overflow-y-auto p-1.5">
            <For
              each={found()}
              fallback={<p class="px-3 py-6 text-center text-muted text-sm">Nothing by that name.</p>}
            >
              {(command, index) => (
                <div
                  id={optionId(command)}
                  role="option"
                  tabIndex={-1}
                  aria-selected={chosen() === command}
                  class="flex h-10 items-center justify-between gap-4 rounded-lg px-3 text-sm aria-selected:bg-sunken"
                  onPointerMove={() => setAt(index())}
                  onClick={() => run(command)}
                  onKeyDown={onKey}
                >
                  <span class="truncate">{command.title}</span>
                  <Show when={command.keys}>{(keys) => <Keys keys={keys()} />}</Show>
                </div>
              )}
            </For>
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog>
  );
}
