/** What a parser has to be given to be in the middle of a sequence, where another one has been stopped. */
import type { Ring } from './ring.ts';
import type { Sequences } from './sequences.ts';

/** A longer open sequence (an image, a clipboard) is not repeated to a viewer that comes in the middle of it. */
const MAX_TAIL = 64 * 1024;
/** Swallow the rest of an open string in place of its beginning: numbers that nobody has given a meaning. */
const SWALLOW = { osc: '\x1b]7718;', dcs: '\x1bP!z', string: '\x1b_', other: '' } as const;
const ESC = 0x1b;
const SPACE = 0x20;

/** sequences: has followed the output of the ring up to the same place, or to the bytes of a cut character before it. */
export function unfinishedSequence(ring: Ring, sequences: Sequences): Uint8Array {
  if (!sequences.inSequence) return new Uint8Array(0);
  const { openedAt, offset, kind } = sequences;
  if (openedAt < ring.start || offset - openedAt > MAX_TAIL) return Buffer.from(SWALLOW[kind]);
  const bytes = ring.read(openedAt, offset - openedAt);
  // Control characters within it have had their effect already.
  return kind === 'dcs' ? bytes : bytes.filter((byte) => byte >= SPACE || byte === ESC);
}
