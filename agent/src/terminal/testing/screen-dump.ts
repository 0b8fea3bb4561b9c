/** The whole visible state of a terminal as plain values that can be compared. */
import type { Terminal } from '@xterm/headless';
import {
  type Attributes,
  type Cell,
  charsetName,
  HAS_EXTENDED,
  type ScreenBuffer,
  underlineStyle,
  XtermCore,
} from '../emulator/index.ts';

export interface ScreenDump {
  size: [number, number];
  cursor: [number, number];
  currentAttributes: string;
  modes: unknown;
  title: string;
  normal: BufferDump;
  alternate: BufferDump | undefined;
}

interface BufferDump {
  /** Lines, oldest first. */
  lines: string[];
  region: [number, number];
  tabs: number[];
  saved: unknown;
}

/** lines: how many of the newest lines of the normal buffer are included. */
export function dump(terminal: Terminal, lines = Number.POSITIVE_INFINITY): ScreenDump {
  const core = new XtermCore(terminal);
  const { active, alternate, cols, rows, modes, mouse, charsets, joins } = core;
  return {
    size: [cols, rows],
    cursor: [Math.min(active.x, cols), active.y],
    currentAttributes: attributes(core, core.currentAttributes),
    modes: {
      ...modes,
      ...mouse,
      joins,
      level: charsets.level,
      charset: charsetName(charsets.charset),
      designated: charsets.designated.map(charsetName),
      alternate: active === alternate,
    },
    title: (terminal as unknown as { _core: { _inputHandler: { _windowTitle: string } } })._core._inputHandler
      ._windowTitle,
    normal: bufferDump(core, core.normal, lines),
    alternate: active === alternate ? bufferDump(core, alternate, lines) : undefined,
  };
}

function bufferDump(core: XtermCore, buffer: ScreenBuffer, most: number): BufferDump {
  const { lines, ybase, savedX, savedY, savedCurAttrData, savedCharset } = buffer;
  const first = Math.max(0, lines.length - most);
  return {
    lines: Array.from({ length: lines.length - first }, (_, i) => lineDump(core, buffer, first + i, i === 0)),
    region: [buffer.scrollTop, buffer.scrollBottom],
    tabs: Array.from({ length: core.cols }, (_, x) => x).filter((x) => buffer.tabs[x]),
    saved: [
      Math.min(savedX, core.cols - 1),
      Math.max(0, Math.min(savedY - ybase, core.rows - 1)),
      attributes(core, savedCurAttrData, false),
      charsetName(savedCharset),
    ],
  };
}

/** Dumps one line. The dump of the first line does not show whether it continues a line above. */
function lineDump(core: XtermCore, buffer: ScreenBuffer, y: number, isFirst: boolean): string {
  const line = buffer.lines.get(y)!;
  const cell: Cell = core.newCell();
  let text = line.isWrapped && !isFirst ? '↳' : ' ';
  let last = '';
  let wide = false;
  for (let x = 0; x < core.cols; x++) {
    line.loadCell(x, cell);
    const style = attributes(core, cell);
    if (style !== last) text += `{${style}}`;
    last = style;
    // An empty cell and a space look the same. The two kinds of cell that can follow a wide character look
    // the same, too.
    const isHalf = wide && cell.getChars() === '';
    text += isHalf ? '' : cell.getChars() || ' ';
    wide = cell.getWidth() === 2;
  }
  return text;
}

function attributes(core: XtermCore, a: Attributes, extended = true): string {
  const hasExtended = extended && (a.bg & HAS_EXTENDED) !== 0;
  const underline = extended ? underlineStyle(a) : 0;
  const parts = [color(a.fg), color(a.bg), a.fg & 0xec000000, a.bg & 0xec000000].map((bits) =>
    (bits >>> 0).toString(16),
  );
  if (underline > 0) parts.push(`u${underline}`);
  if (underline > 0 && hasExtended) parts.push(color(a.extended._ext).toString(16));
  const link = hasExtended ? core.link(a.extended.urlId) : undefined;
  if (link) parts.push(link.uri);
  return parts.join(' ').replace(/^0 0 0 0$/, '');
}

/** Returns the colour without unused bits. xterm leaves bits of an older RGB colour behind a colour index. */
function color(packed: number): number {
  const mode = packed & 0x3000000;
  return mode === 0x3000000 ? packed & 0x3ffffff : mode | (mode && packed & 0xff);
}
