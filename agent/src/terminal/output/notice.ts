/**
 * In-band notices to a viewer. A notice is a private OSC sequence that is inserted between two bytes of
 * output. Other terminals ignore this sequence.
 */
import type { PtySize } from '../../pty/index.ts';

/** Resets the terminal completely. This sequence precedes every snapshot. */
export const RESET = '\x1bc';
/** CAN, a control character that cancels an unfinished sequence in the viewer's parser. */
export const CANCEL = '\x18';

export interface SizeNotice extends PtySize {
  /**
   * True if the viewer that gets this notice typed last. Then the window of this viewer determines the
   * terminal's size.
   */
  mine: boolean;
  /** The user whose window determines the terminal's size. It is undefined if there is no such user. */
  typist: string | undefined;
}

export function sizeNotice({ cols, rows, mine, typist }: SizeNotice): string {
  return notice({
    size: [cols, rows],
    mine,
    ...(typist !== undefined && { typist: withoutControls(typist) }),
  });
}

export function skippedNotice(bytes: number): string {
  return notice({ skipped: bytes });
}

/**
 * Removes control characters, including 8-bit ones. A control character would end a notice or a title early.
 */
export function withoutControls(text: string): string {
  return text.replace(/\p{Cc}/gu, '');
}

function notice(content: object): string {
  return `\x1b]7717;${JSON.stringify(content)}\x07`;
}
