/** The commands of the command palette. Each part of the page adds its own commands while it is shown. */
import { type Accessor, createSignal, onCleanup } from 'solid-js';

export interface Command {
  id: string;
  title: string;
  /**
   * Keyboard shortcut of this command, such as 'Ctrl+Shift+F'. The command palette shows it next to the
   * command's title.
   */
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

/**
 * True if each word of the query is the beginning of a word in the title. For example, 'st br' finds 'Stop
 * brave-otter'.
 */
export function matches(command: Command, query: string): boolean {
  const words = command.title.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  const wanted = query.toLowerCase().split(/\s+/).filter(Boolean);
  return wanted.every((start) => words.some((word) => word.startsWith(start)));
}
