/** Keyboard shortcuts of the page. While a terminal has the focus, all other keys go to the terminal. */
import { onCleanup, onMount } from 'solid-js';
import { setOverlay } from './overlays.ts';

export const SHORTCUTS = {
  help: '?',
  palette: 'Mod+K',
  paletteInTerminal: 'Ctrl+Shift+Space',
  find: 'Ctrl+Shift+F',
  copy: 'Ctrl+Shift+C',
  paste: 'Ctrl+Shift+V',
  newTerminal: 'Ctrl+Shift+Enter',
  previous: 'Ctrl+Shift+Left',
  next: 'Ctrl+Shift+Right',
  leave: 'Ctrl+Shift+Up',
} as const;

export const HELP: { title: string; rows: { keys: readonly string[]; does: string }[] }[] = [
  {
    title: 'Everywhere',
    rows: [
      { keys: [SHORTCUTS.palette, SHORTCUTS.paletteInTerminal], does: 'All commands' },
      { keys: [SHORTCUTS.help], does: 'This list (outside a terminal)' },
      { keys: ['Esc'], does: 'Close what is open' },
    ],
  },
  {
    title: 'In a terminal',
    rows: [
      { keys: [SHORTCUTS.find], does: 'Find in the output' },
      { keys: [SHORTCUTS.copy], does: 'Copy the selection' },
      { keys: [SHORTCUTS.paste], does: 'Paste' },
      { keys: [SHORTCUTS.newTerminal], does: 'New terminal' },
      { keys: [SHORTCUTS.previous, SHORTCUTS.next], does: 'Terminal to the left, to the right' },
      { keys: [SHORTCUTS.leave], does: 'Leave the terminal for its tab (Enter goes back in)' },
      { keys: ['Mod+Click'], does: 'Open a link' },
    ],
  },
  {
    title: 'On a desktop',
    rows: [
      { keys: [SHORTCUTS.leave], does: 'Leave its screen for the bar above it' },
      { keys: [SHORTCUTS.paletteInTerminal], does: 'All commands' },
    ],
  },
  {
    title: 'On the tabs of a machine',
    rows: [
      { keys: ['Left', 'Right'], does: 'Choose a terminal' },
      { keys: ['Enter'], does: 'Go into it' },
      { keys: ['Delete'], does: 'Close it' },
    ],
  },
];

/** True if the element that gets a key press accepts text from the user, such as an input field. */
function takesText(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, [contenteditable]') !== null;
}

export function inTerminal(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[data-terminal-id]') !== null;
}

/**
 * True if a key is pressed with Ctrl+Shift or Cmd+Shift (on a Mac) and no other modifier. Shells do not use
 * these combinations.
 */
export function isPageChord(event: KeyboardEvent): boolean {
  return event.shiftKey && !event.altKey && event.ctrlKey !== event.metaKey;
}

/**
 * Handles the shortcuts of the command palette and of the help dialog until the calling component is removed.
 */
export function listenForShortcuts(): void {
  const onKey = (event: KeyboardEvent): void => {
    const mod = event.metaKey || (event.ctrlKey && !inTerminal(event.target));
    const palette =
      (isPageChord(event) && event.code === 'Space') ||
      (mod && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 'k');
    const help = event.key === '?' && !event.ctrlKey && !event.metaKey && !takesText(event.target);
    if (!palette && !help) return;
    event.preventDefault();
    setOverlay(palette ? 'palette' : 'help');
  };
  onMount(() => document.addEventListener('keydown', onKey));
  onCleanup(() => document.removeEventListener('keydown', onKey));
}
