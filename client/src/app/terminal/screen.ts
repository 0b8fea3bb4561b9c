/** One xterm with everything that this page adds to it. */
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
/** At 1, xterm's DOM renderer cuts underscores off: many fonts draw them below their own line. */
const LINE_HEIGHT = 1.15;
/** Lines kept above the screen; as many as the machine's end sends with a snapshot, and more. */
const SCROLLBACK = 10_000;

export interface Screen {
  terminal: Terminal;
  fit: FitAddon;
  search: SearchAddon;
}

export function createScreen(): Screen {
  const terminal = new Terminal({
    // Unicode 11 widths and the marks of found text are still proposals in xterm.
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

/** Programs may put text on the clipboard (OSC 52), as vim and tmux do. What is on it stays this person's. */
const writeOnlyClipboard = {
  readText: () => '',
  writeText: (_selection: string, text: string) => copyText(text).catch(() => {}),
};

/** A link's text can lie, so its address is shown first; a plain click belongs to the program. */
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
