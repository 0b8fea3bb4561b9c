/**
 * A snapshot of a terminal may be drawn while the terminal's output is inside an unfinished escape sequence.
 * This module returns the last bytes of such a snapshot. They bring the parser in the viewer's terminal to
 * the same position inside the escape sequence.
 */
import type { Ring } from './ring.ts';
import type { Sequences } from './sequences.ts';

/**
 * A viewer may attach while the terminal's output is inside an escape sequence. If at most this many bytes of
 * the escape sequence have been output, they are sent to the viewer again. Otherwise (an image, clipboard
 * contents) the viewer's terminal ignores the escape sequence.
 */
const MAX_TAIL = 64 * 1024;
/**
 * For each kind of escape sequence: the first bytes of an escape sequence that every terminal ignores. A
 * viewer gets them instead of the real first bytes, if those are too many or no longer stored. The viewer's
 * terminal then ignores the rest of the real escape sequence. Escape sequences of the kind `other` are short,
 * and need no such bytes.
 */
const SWALLOW = { osc: '\x1b]7718;', dcs: '\x1bP!z', string: '\x1b_', other: '' } as const;
const ESC = 0x1b;
const SPACE = 0x20;

/**
 * Returns the bytes that a viewer needs to continue an unfinished escape sequence. `ring` stores the
 * terminal's output. `sequences` is a parser that has read this output up to the offset of the snapshot.
 */
export function unfinishedSequence(ring: Ring, sequences: Sequences): Uint8Array {
  if (!sequences.inSequence) return new Uint8Array(0);
  const { openedAt, offset, kind } = sequences;
  if (openedAt < ring.start || offset - openedAt > MAX_TAIL) return Buffer.from(SWALLOW[kind]);
  const bytes = ring.read(openedAt, offset - openedAt);
  // Control characters inside the escape sequence are removed, because they have already taken effect.
  return kind === 'dcs' ? bytes : bytes.filter((byte) => byte >= SPACE || byte === ESC);
}
