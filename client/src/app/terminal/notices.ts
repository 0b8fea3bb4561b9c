/**
 * Notices that the machine sends to viewers inside the output stream, because their position among the bytes
 * matters. Each notice is JSON in a private escape sequence (OSC 7717), which other clients ignore.
 */
import type { Terminal } from '@xterm/xterm';

const OSC = 7717;

/** The size that the terminal has now, in character cells. */
export interface SizeInForce {
  cols: number;
  rows: number;
  /**
   * True if the terminal has the size of this window. Otherwise it has the size of the viewer that typed
   * last.
   */
  mine: boolean;
  typist: string | undefined;
}

export interface NoticeHandler {
  size(size: SizeInForce): void;
  /** Called when the machine has skipped this many bytes of output, so that a slow viewer catches up. */
  skipped(bytes: number): void;
}

export function listenForNotices(terminal: Terminal, handler: NoticeHandler): void {
  terminal.parser.registerOscHandler(OSC, (json) => {
    const notice = parse(json);
    const size = notice && sizeOf(notice);
    if (size) handler.size(size);
    if (typeof notice?.skipped === 'number') handler.skipped(notice.skipped);
    return true;
  });
}

type Notice = Partial<Record<'size' | 'mine' | 'typist' | 'skipped', unknown>>;

function parse(json: string): Notice | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    // A program in the machine can also write this escape sequence. An invalid notice is ignored.
    return undefined;
  }
}

function sizeOf({ size, mine, typist }: Notice): SizeInForce | undefined {
  if (!Array.isArray(size)) return undefined;
  const [cols, rows]: unknown[] = size;
  if (!isLength(cols) || !isLength(rows)) return undefined;
  return { cols, rows, mine: mine === true, typist: typeof typist === 'string' ? typist : undefined };
}

function isLength(cells: unknown): cells is number {
  return Number.isInteger(cells) && (cells as number) >= 1 && (cells as number) <= 1000;
}
