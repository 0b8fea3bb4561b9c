/** Creates an xterm with the addons and options of this page. */
import { ClipboardAddon } from '@xterm/addon-clipboard';
import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { type ILinkHandler, Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { copyText, theme } from '../base/index.ts';
import { COLOURS } from './colours.ts';

export const FONT_SIZE = 14;
const FONT = 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';
/** With a line height of 1, xterm's DOM renderer cuts off underscores, which many fonts draw below the line. */
const LINE_HEIGHT = 1.15;
/** Lines of scrollback. More than a snapshot of the machine's terminal brings. */
const SCROLLBACK = 10_000;

export interface Screen {
  terminal: Terminal;
  fit: FitAddon;
  search: SearchAddon;
}

export function createScreen(): Screen {
  const terminal = new Terminal({
    // The Unicode 11 addon and the marks of search results use xterm's proposed API.
    allowProposedApi: true,
    cursorBlink: true,
    fontFamily: FONT,
    fontSize: FONT_SIZE,
    lineHeight: LINE_HEIGHT,
    linkHandler,
    macOptionIsMeta: true,
    scrollback: SCROLLBACK,
    theme: COLOURS[theme()],
  });
  const fit = new FitAddon();
  const search = new SearchAddon();
  terminal.loadAddon(fit);
  terminal.loadAddon(search);
  terminal.loadAddon(new Unicode11Addon());
  terminal.unicode.activeVersion = '11';
  terminal.loadAddon(new WebLinksAddon(linkHandler.activate, linkHandler));
  terminal.loadAddon(new ClipboardAddon(undefined, writeOnlyClipboard));
  return { terminal, fit, search };
}

/** Lets programs such as vim and tmux write to the clipboard (OSC 52), but not read it. */
const writeOnlyClipboard = {
  readText: () => '',
  writeText: (_selection: string, text: string) => copyText(text).catch(() => {}),
};

/** Shows a link's address on hover, since its text can lie. Opening needs Mod+Click; plain clicks go to the program. */
const linkHandler = {
  activate: (event: MouseEvent, uri: string) => {
    if (event.ctrlKey || event.metaKey) window.open(uri, '_blank', 'noopener,noreferrer');
  },
  hover: (event: MouseEvent, uri: string) => {
    const host = (event.target as Element | null)?.closest<HTMLElement>('[data-terminal-id]');
    if (host) host.title = `${uri}\nCtrl+click to open`;
  },
  leave: (event: MouseEvent) => {
    (event.target as Element | null)?.closest('[data-terminal-id]')?.removeAttribute('title');
  },
} satisfies ILinkHandler;
