/** A terminal without a window, set up as the page sets up its own: both must count columns alike. */
import unicode11 from '@xterm/addon-unicode11';
import xterm, { type Terminal } from '@xterm/headless';
import type { PtySize } from '../pty/pty.ts';

/** Lines above the screen, for whoever attaches later. */
export const SCROLLBACK = 1_000;

export function headlessTerminal({ cols, rows }: PtySize, scrollback: number = SCROLLBACK): Terminal {
  const terminal = new xterm.Terminal({ cols, rows, scrollback, allowProposedApi: true, logLevel: 'off' });
  // The addon is typed for the terminal with a window; it uses what both have.
  terminal.loadAddon(new unicode11.Unicode11Addon() as unknown as Parameters<Terminal['loadAddon']>[0]);
  terminal.unicode.activeVersion = '11';
  return terminal;
}
