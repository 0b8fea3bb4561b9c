/** Creates an xterm terminal with the addons and options that this page needs. */
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
/**
 * Line height, relative to the font size. With 1, xterm's DOM renderer would cut off underscores, because
 * many fonts draw underscores below the line.
 */
const LINE_HEIGHT = 1.15;
/** Lines of scrollback. The snapshot that the machine sends to a new viewer contains fewer lines. */
const SCROLLBACK = 10_000;

export interface Screen {
  terminal: Terminal;
  fit: FitAddon;
  search: SearchAddon;
}

export function createScreen(): Screen {
  const terminal = new Terminal({
    // This option is needed because the Unicode 11 addon and the search markers use xterm's proposed API.
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

/** Lets programs such as vim and tmux write to the clipboard (OSC 52). Programs cannot read the clipboard. */
const writeOnlyClipboard = {
  readText: () => '',
  writeText: (_selection: string, text: string) => copyText(text).catch(() => {}),
};

/**
 * Shows a link's address while the mouse is over the link, because the link's text can be false. Ctrl+click
 * or Cmd+click opens the link. A plain click goes to the program in the terminal.
 */
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
