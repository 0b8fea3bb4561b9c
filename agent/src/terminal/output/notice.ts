/** In-band notices to a viewer: a private OSC sequence between two bytes of output, which other terminals ignore. */
import type { PtySize } from '../../pty/index.ts';

/** Full terminal reset. It precedes every snapshot. */
export const RESET = '\x1bc';
/** CAN: cancels a sequence that the viewer's parser is in the middle of. */
export const CANCEL = '\x18';

export interface SizeNotice extends PtySize {
  /** True if the viewer that gets this notice typed last, so its window determines the size. */
  mine: boolean;
  /** The user whose window determines the size; absent if there is none. */
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

/** Removes control characters, including 8-bit ones, since they would end a notice or a title early. */
export function withoutControls(text: string): string {
  return text.replace(/\p{Cc}/gu, '');
}

function notice(content: object): string {
  return `\x1b]7717;${JSON.stringify(content)}\x07`;
}
