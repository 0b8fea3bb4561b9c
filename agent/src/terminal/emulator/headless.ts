/**
 * Creates a headless terminal with the settings of the terminal in the page. The two must agree on the width
 * of every character.
 */
import unicode11 from '@xterm/addon-unicode11';
import xterm, { type IUnicodeVersionProvider, type Terminal } from '@xterm/headless';
import type { PtySize } from '../../pty/index.ts';
import { limitJoins } from './limits.ts';

type WindowTerminal = Parameters<InstanceType<typeof unicode11.Unicode11Addon>['activate']>[0];

/** Lines of scrollback that are kept for viewers that attach later. */
export const SCROLLBACK = 1_000;

export function headlessTerminal({ cols, rows }: PtySize, scrollback: number = SCROLLBACK): Terminal {
  const terminal = new xterm.Terminal({ cols, rows, scrollback, allowProposedApi: true, logLevel: 'off' });
  terminal.unicode.register(limitJoins(unicode11Provider()));
  terminal.unicode.activeVersion = '11';
  return terminal;
}

/**
 * Returns the addon's Unicode provider, which knows the width of each character. The addon gives its provider
 * only to a terminal. So the addon gets an object that looks like a terminal and keeps the provider.
 */
function unicode11Provider(): IUnicodeVersionProvider {
  let provider: IUnicodeVersionProvider | undefined;
  const unicode = {
    register(its: IUnicodeVersionProvider) {
      provider = its;
    },
  };
  // The addon uses only this member of a terminal.
  new unicode11.Unicode11Addon().activate({ unicode } as unknown as WindowTerminal);
  return provider!;
}
