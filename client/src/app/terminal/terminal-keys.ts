/** Key combinations that the page handles while a terminal has the focus. All other keys go to the shell. */
import type { Terminal } from '@xterm/xterm';
import { copyText, isPageChord } from '../base/index.ts';
import { failed } from '../ui/index.ts';

export interface TerminalActions {
  find(): void;
  newTerminal(): void;
  /**
   * Activates another tab. by: how many places to the right of the active tab; a negative number means to the
   * left.
   */
  move(by: number): void;
  /** Moves the focus from the terminal to its tab. */
  leave(): void;
  /** Called when the user presses Enter. If the shell has ended, starts a new shell and returns true. */
  enterAfterEnd(): boolean;
}

/**
 * Maps physical keys to actions. Characters are not used, because the character of a key with Shift differs
 * between systems.
 */
function chords(terminal: Terminal, actions: TerminalActions): Record<string, () => void> {
  return {
    KeyF: actions.find,
    KeyC: () => copySelection(terminal),
    Enter: actions.newTerminal,
    ArrowLeft: () => actions.move(-1),
    ArrowRight: () => actions.move(1),
    ArrowUp: actions.leave,
  };
}

/**
 * Keys that xterm must ignore when they are pressed with Ctrl+Shift or Cmd+Shift. With V, the browser pastes
 * the clipboard. With Space, the page opens the command palette.
 */
const PASSED_ON = new Set(['KeyV', 'Space']);

export function takeKeys(terminal: Terminal, actions: TerminalActions): void {
  const byCode = chords(terminal, actions);
  terminal.attachCustomKeyEventHandler((event) => {
    if (event.key === 'Enter' && !event.shiftKey && event.type === 'keydown' && actions.enterAfterEnd()) {
      event.preventDefault();
      return false;
    }
    if (!isPageChord(event)) return true;
    if (PASSED_ON.has(event.code)) return false;
    const run = byCode[event.code];
    if (!run) return true;
    event.preventDefault();
    if (event.type === 'keydown') run();
    return false;
  });
}

function copySelection(terminal: Terminal): void {
  const text = terminal.getSelection();
  if (!text) return;
  copyText(text).catch((error: unknown) => failed('Nothing was copied', error));
}
