/**
 * Returns the bytes that bring another parser to the same place inside an unfinished sequence. A snapshot ends with
 * them.
 */
import type { Ring } from './ring.ts';
import type { Sequences } from './sequences.ts';

/** Limit in bytes. A longer sequence (an image, clipboard contents) is not repeated to a viewer that attaches inside it. */
const MAX_TAIL = 64 * 1024;
/**
 * By kind, the start of a sequence that no terminal acts on. It replaces the start of a sequence that is too long or
 * lost, so that the viewer ignores the rest.
 */
const SWALLOW = { osc: '\x1b]7718;', dcs: '\x1bP!z', string: '\x1b_', other: '' } as const;
const ESC = 0x1b;
const SPACE = 0x20;

/** sequences: a parser that has read the ring's output up to the place of the snapshot. */
export function unfinishedSequence(ring: Ring, sequences: Sequences): Uint8Array {
  if (!sequences.inSequence) return new Uint8Array(0);
  const { openedAt, offset, kind } = sequences;
  if (openedAt < ring.start || offset - openedAt > MAX_TAIL) return Buffer.from(SWALLOW[kind]);
  const bytes = ring.read(openedAt, offset - openedAt);
  // Drop control characters inside the sequence, since they have already had their effect.
  return kind === 'dcs' ? bytes : bytes.filter((byte) => byte >= SPACE || byte === ESC);
}
