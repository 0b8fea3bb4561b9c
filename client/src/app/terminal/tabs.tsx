/**
 * The tabs of a machine's terminals. The arrow keys choose a tab, Enter focuses the tab's terminal, and
 * Delete closes the terminal.
 */
import { createEffect, For, type JSX } from 'solid-js';
import { SHORTCUTS } from '../base/index.ts';
import { IconButton, Plus, X } from '../ui/index.ts';

export interface Tab {
  id: string;
  title: string;
  ended: boolean;
}

interface TabsProps {
  tabs: readonly Tab[];
  active: string;
  onChoose(id: string): void;
  /** Moves the focus from the tab into the terminal. */
  onEnter(): void;
  onClose(id: string): void;
  onNew(): void;
}

export const tabId = (id: string): string => `tab-${id}`;
export const panelId = (id: string): string => `panel-${id}`;

export function Tabs(props: TabsProps): JSX.Element {
  let list!: HTMLDivElement;
  createEffect(() => {
    document
      .getElementById(tabId(props.active))
      ?.parentElement?.scrollIntoView?.({ block: 'nearest', inline: 'nearest' });
  });

  const focus = (id: string | undefined): void => {
    if (id === undefined) return;
    props.onChoose(id);
    document.getElementById(tabId(id))?.focus();
  };
  const onKey = (event: KeyboardEvent): void => {
    const { tabs, active } = props;
    const at = tabs.findIndex((tab) => tab.id === active);
    if (event.key === 'ArrowRight') focus(tabs[(at + 1) % tabs.length]?.id);
    else if (event.key === 'ArrowLeft') focus(tabs.at(at - 1)?.id);
    else if (event.key === 'Home') focus(tabs[0]?.id);
    else if (event.key === 'End') focus(tabs.at(-1)?.id);
    else if (event.key === 'Enter' || event.key === 'ArrowDown') props.onEnter();
    else if (event.key === 'Delete') props.onClose(active);
    else return;
    event.preventDefault();
  };

  return (
    <div class="flex min-w-0 grow items-center gap-1">
      <div
        ref={list}
        role="tablist"
        aria-label="Terminals"
        class="no-scrollbar flex min-w-0 items-center gap-1 overflow-x-auto"
      >
        <For each={props.tabs}>
          {(tab) => (
            <div
              class="group flex h-8 min-w-20 max-w-56 shrink-0 items-center rounded-lg text-muted transition-colors hover:text-ink"
              classList={{ 'bg-sunken text-ink': tab.id === props.active }}
              role="presentation"
            >
              <button
                type="button"
                role="tab"
                id={tabId(tab.id)}
                aria-selected={tab.id === props.active}
                aria-controls={panelId(tab.id)}
                tabIndex={tab.id === props.active ? 0 : -1}
                class="-outline-offset-2 h-full min-w-0 grow truncate rounded-lg pr-1 pl-3 text-left text-[13px]"
                classList={{ 'italic opacity-60': tab.ended }}
                onClick={() => {
                  props.onChoose(tab.id);
                  props.onEnter();
                }}
                onKeyDown={onKey}
              >
                {tab.title}
              </button>
              <button
                type="button"
                tabIndex={-1}
                aria-label={`Close ${tab.title}`}
                class="mr-1 grid size-6 shrink-0 place-items-center rounded-md opacity-0 transition-opacity hover:bg-rule group-hover:opacity-100 pointer-coarse:opacity-100"
                classList={{ 'opacity-60': tab.id === props.active }}
                onClick={() => props.onClose(tab.id)}
              >
                <X class="size-3.5" />
              </button>
            </div>
          )}
        </For>
      </div>
      <IconButton label="New terminal" shortcut={SHORTCUTS.newTerminal} onClick={props.onNew}>
        <Plus />
      </IconButton>
    </div>
  );
}
