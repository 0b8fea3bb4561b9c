/** What the command palette offers: each part of the page brings its commands while it is shown. */
import { type Accessor, createSignal, onCleanup } from 'solid-js';

export interface Command {
  id: string;
  title: string;
  /** The shortcut that does the same, such as 'Ctrl+Shift+F'. */
  keys?: string;
  run(): void;
}

const [sources, setSources] = createSignal<readonly Accessor<Command[]>[]>([]);

export function offerCommands(commands: Accessor<Command[]>): void {
  setSources((all) => [commands, ...all]);
  onCleanup(() => setSources((all) => all.filter((source) => source !== commands)));
}

export function allCommands(): Command[] {
  return sources().flatMap((source) => source());
}

/** Every word of the query must begin a word of the title, in any order: 'st br' finds 'Stop brave-otter'. */
export function matches(command: Command, query: string): boolean {
  const words = command.title.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  const wanted = query.toLowerCase().split(/\s+/).filter(Boolean);
  return wanted.every((start) => words.some((word) => word.startsWith(start)));
}
