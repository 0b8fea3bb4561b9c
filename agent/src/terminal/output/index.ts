/**
 * The output of a terminal's program, and the offsets at which other bytes may be inserted into the output.
 */
export { CANCEL, RESET, sizeNotice, skippedNotice, withoutControls } from './notice.ts';
export { Output } from './output.ts';
export { RING_BYTES } from './ring.ts';
export { Sequences } from './sequences.ts';
export { unfinishedSequence } from './unfinished-sequence.ts';
export { wholeLength } from './utf8.ts';
