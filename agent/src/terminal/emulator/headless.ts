/** Creates a headless terminal with the same settings as in the page, since both must count columns alike. */
import unicode11 from '@xterm/addon-unicode11';
import xterm, { type IUnicodeVersionProvider, type Terminal } from '@xterm/headless';
import type { PtySize } from '../../pty/index.ts';
import { limitJoins } from './limits.ts';

type WindowTerminal = Parameters<InstanceType<typeof unicode11.Unicode11Addon>['activate']>[0];

/** Lines of scrollback, for viewers that attach later. */
export const SCROLLBACK = 1_000;

export function headlessTerminal({ cols, rows }: PtySize, scrollback: number = SCROLLBACK): Terminal {
  const terminal = new xterm.Terminal({ cols, rows, scrollback, allowProposedApi: true, logLevel: 'off' });
  terminal.unicode.register(limitJoins(unicode11Provider()));
  terminal.unicode.activeVersion = '11';
  return terminal;
}

/** Extracts the Unicode provider from its addon, which can only register it with a terminal. */
function unicode11Provider(): IUnicodeVersionProvider {
  let provider: IUnicodeVersionProvider | undefined;
  const unicode = {
    register(its: IUnicodeVersionProvider) {
      provider = its;
    },
  };
  new unicode11.Unicode11Addon().activate({ unicode } as unknown as WindowTerminal);
  return provider!;
}
