/**
 * Writes the whole state of a terminal as output. In a freshly reset terminal of the same size, this output
 * reproduces the state.
 */

import type { XtermCore } from '../emulator/index.ts';
import { AnsiWriter } from './ansi-writer.ts';
import { drawCells } from './cells.ts';
import {
  hasSavedCursor,
  restoreBufferState,
  restoreCursor,
  restoreModes,
  restoreSavedCursor,
} from './state.ts';

/** scrollback: largest number of lines above the screen that the snapshot contains. */
export function snapshot(core: XtermCore, scrollback: number): string {
  const writer = new AnsiWriter(core);
  const { normal, alternate, active } = core;
  drawCells(writer, core, normal, Math.max(0, normal.ybase - scrollback));
  restoreBufferState(writer, normal, core);
  if (active === alternate) {
    writer.csi('?1047h');
    writer.moveTo(0, 0);
    drawCells(writer, core, alternate, 0);
    restoreBufferState(writer, alternate, core);
  } else if (hasSavedCursor(alternate)) {
    // The alternate buffer keeps its saved cursor while the normal buffer is shown. So show the alternate
    // buffer, restore its saved cursor, and show the normal buffer again.
    writer.csi('?1047h');
    restoreSavedCursor(writer, alternate, core.cols, core.rows);
    writer.csi('?1047l');
  }
  restoreModes(writer, core);
  restoreCursor(writer, core);
  return writer.text;
}
