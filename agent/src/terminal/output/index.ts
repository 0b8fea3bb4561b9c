/** The output of a terminal's program, and where other bytes may be inserted into it. */
export { CANCEL, RESET, sizeNotice, skippedNotice, withoutControls } from './notice.ts';
export { Output } from './output.ts';
export { RING_BYTES } from './ring.ts';
export { Sequences } from './sequences.ts';
export { unfinishedSequence } from './unfinished-sequence.ts';
export { wholeLength } from './utf8.ts';
