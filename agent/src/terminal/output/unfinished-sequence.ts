/**
 * A snapshot may be drawn while the output is inside an unfinished control sequence. This module returns the
 * last bytes of such a snapshot. They bring the viewer's parser to the same position inside the sequence.
 */
import type { Ring } from './ring.ts';
import type { Sequences } from './sequences.ts';

/**
 * Longest sequence whose start is repeated to a viewer, in bytes. If a viewer attaches inside a longer
 * sequence (an image, clipboard contents), the viewer's terminal ignores that sequence.
 */
const MAX_TAIL = 64 * 1024;
/**
 * For each kind of sequence, a start that makes every terminal ignore the sequence. It replaces the real
 * start if the sequence is too long or its start is lost. Then the viewer's terminal ignores the rest of the
 * sequence.
 */
const SWALLOW = { osc: '\x1b]7718;', dcs: '\x1bP!z', string: '\x1b_', other: '' } as const;
const ESC = 0x1b;
const SPACE = 0x20;

/** sequences: a parser that has read the ring's output up to the offset of the snapshot. */
export function unfinishedSequence(ring: Ring, sequences: Sequences): Uint8Array {
  if (!sequences.inSequence) return new Uint8Array(0);
  const { openedAt, offset, kind } = sequences;
  if (openedAt < ring.start || offset - openedAt > MAX_TAIL) return Buffer.from(SWALLOW[kind]);
  const bytes = ring.read(openedAt, offset - openedAt);
  // Remove control characters inside the sequence, since they have already taken effect.
  return kind === 'dcs' ? bytes : bytes.filter((byte) => byte >= SPACE || byte === ESC);
}
