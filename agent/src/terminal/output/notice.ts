/** What a viewer is told in band: a private OSC that goes between two bytes of output, and that other terminals ignore. */
import type { PtySize } from '../../pty/index.ts';

/** In front of every snapshot: whatever was there before is gone. */
export const RESET = '\x1bc';
/** Ends any sequence that the viewer is in the middle of, without effect. */
export const CANCEL = '\x18';

export interface SizeNotice extends PtySize {
  /** This viewer's window is the one that counts. */
  mine: boolean;
  /** Whose window counts; absent while nobody's does. */
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

/** Control characters, 8-bit ones too, would end the notice, or a title, in the middle. */
export function withoutControls(text: string): string {
  return text.replace(/\p{Cc}/gu, '');
}

function notice(content: object): string {
  return `\x1b]7717;${JSON.stringify(content)}\x07`;
}
