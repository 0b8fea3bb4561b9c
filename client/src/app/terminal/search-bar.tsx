/**
 * Searches a terminal and its scrollback. Enter finds the next match, Shift+Enter finds the previous match,
 * and Escape returns to the shell.
 */
import type { SearchAddon } from '@xterm/addon-search';
import type { Terminal } from '@xterm/xterm';
import { createEffect, createSignal, type JSX, on, onCleanup, onMount } from 'solid-js';
import { theme } from '../base/index.ts';
import { ChevronDown, IconButton, X } from '../ui/index.ts';
import { FOUND } from './colours.ts';
import { CaseSensitive, ChevronUp, Regex } from './terminal-icons.ts';

export function SearchBar(props: { search: SearchAddon; terminal: Terminal; onClose(): void }): JSX.Element {
  let input!: HTMLInputElement;
  const [term, setTerm] = createSignal(oneLine(props.terminal.getSelection()));
  const [caseSensitive, setCaseSensitive] = createSignal(false);
  const [regex, setRegex] = createSignal(false);
  const [found, setFound] = createSignal({ index: -1, count: 0 });

  const options = (incremental: boolean) => {
    const colours = FOUND[theme()];
    return {
      caseSensitive: caseSensitive(),
      regex: regex(),
      incremental,
      decorations: {
        matchBackground: colours.all,
        matchOverviewRuler: colours.border,
        activeMatchBackground: colours.active,
        activeMatchBorder: colours.border,
        activeMatchColorOverviewRuler: colours.border,
      },
    };
  };
  const valid = (): boolean => !regex() || isRegex(term());
  const next = (incremental = false): void => {
    if (valid()) props.search.findNext(term(), options(incremental));
  };
  const previous = (): void => {
    if (valid()) props.search.findPrevious(term(), options(false));
  };

  const listener = props.search.onDidChangeResults(({ resultIndex, resultCount }) =>
    setFound({ index: resultIndex, count: resultCount }),
  );
  onMount(() => {
    input.focus();
    input.select();
  });
  createEffect(on([term, caseSensitive, regex], () => next(true)));
  onCleanup(() => {
    listener.dispose();
    props.search.clearDecorations();
  });

  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') props.onClose();
    else if (event.key === 'Enter' && event.shiftKey) previous();
    else if (event.key === 'Enter') next();
    else return;
    event.preventDefault();
  };
  const said = (): string => {
    if (term() === '') return '';
    if (!valid()) return 'Not a valid pattern';
    if (found().count === 0) return 'Nothing found';
    return found().index < 0 ? `${found().count}` : `${found().index + 1} of ${found().count}`;
  };

  return (
    <search
      class="absolute top-2 right-4 left-4 z-10 flex animate-appear items-center gap-0.5 rounded-xl border border-rule bg-surface p-1 shadow-float sm:left-auto sm:w-112"
      aria-label="Find in this terminal"
    >
      <input
        ref={input}
        class="h-8 min-w-0 grow bg-transparent px-2.5 text-sm outline-none placeholder:text-muted"
        aria-label="Find"
        placeholder="Find"
        value={term()}
        onInput={(event) => setTerm(event.currentTarget.value)}
        onKeyDown={onKey}
        autocomplete="off"
        spellcheck={false}
      />
      <span class="px-2 text-muted text-xs tabular-nums whitespace-nowrap" role="status">
        {said()}
      </span>
      <IconButton
        label="Match case"
        pressed={caseSensitive()}
        onClick={() => setCaseSensitive(!caseSensitive())}
      >
        <CaseSensitive />
      </IconButton>
      <IconButton label="Regular expression" pressed={regex()} onClick={() => setRegex(!regex())}>
        <Regex />
      </IconButton>
      <IconButton label="Previous" shortcut="Shift+Enter" disabled={found().count === 0} onClick={previous}>
        <ChevronUp />
      </IconButton>
      <IconButton label="Next" shortcut="Enter" disabled={found().count === 0} onClick={() => next()}>
        <ChevronDown />
      </IconButton>
      <IconButton label="Close" shortcut="Esc" onClick={props.onClose}>
        <X />
      </IconButton>
    </search>
  );
}

function oneLine(text: string): string {
  return text.includes('\n') ? '' : text;
}

function isRegex(source: string): boolean {
  try {
    new RegExp(source);
    return true;
  } catch {
    return false;
  }
}
