/** A terminal's whole state as the bytes that bring a freshly reset one of the same size into it. */
import { paint } from './cells.ts';
import { Pen } from './ansi-writer.ts';
import {
  hasSavedCursor,
  restoreBufferState,
  restoreCursor,
  restoreModes,
  restoreSavedCursor,
} from './state.ts';
import type { XtermCore } from '../emulator/xterm-core.ts';

/** scrollback: at most this many lines above the screen. */
export function snapshot(core: XtermCore, scrollback: number): string {
  const pen = new Pen(core);
  const { normal, alternate, active } = core;
  paint(pen, core, normal, Math.max(0, normal.ybase - scrollback));
  restoreBufferState(pen, normal, core);
  if (active === alternate) {
    pen.csi('?1047h');
    pen.moveTo(0, 0);
    paint(pen, core, alternate, 0);
    restoreBufferState(pen, alternate, core);
  } else if (hasSavedCursor(alternate)) {
    // It survives while the other buffer is shown.
    pen.csi('?1047h');
    restoreSavedCursor(pen, alternate, core.cols, core.rows);
    pen.csi('?1047l');
  }
  restoreModes(pen, core);
  restoreCursor(pen, core);
  return pen.text;
}
