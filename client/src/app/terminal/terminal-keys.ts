/** The few chords that the page takes from a terminal; everything else is the shell's. */
import type { Terminal } from '@xterm/xterm';
import { copyText, isPageChord } from '../base/index.ts';

import { failed } from '../ui/index.ts';

export interface TerminalActions {
  find(): void;
  newTerminal(): void;
  /** To the tab so many places to the right. */
  move(by: number): void;
  /** Out of the terminal, to its tab. */
  leave(): void;
  /** Enter, where the shell has ended. True if that did something. */
  enterAfterEnd(): boolean;
}

/** By the key's place: with Shift held, its letter differs between systems. */
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

/** Left to the browser, which pastes, and to the page, which opens its palette. */
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
