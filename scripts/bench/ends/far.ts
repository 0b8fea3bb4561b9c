/** The far end of a stream, where a shell would be: echoes what is typed, and floods from one command to the next. */
import { randomBytes } from 'node:crypto';
import type { Stream } from './stream.ts';

/** Commands of one byte; every other byte is echoed. */
export const FLOOD = 0x01;
export const STOP = 0x02;
/** The last bytes of a flood, and of nothing else. */
export const FLOOD_END = Buffer.from('the flood of this stream is over');

/** As large as our largest frame, and as the messages of the references. */
export const PIECE_BYTES = 16 * 1024;
/** Random, so that nothing gains from compression, and far longer than any history. */
const RANDOM = Array.from({ length: 64 }, () => randomBytes(PIECE_BYTES));

/** pieces: what floods consist of, over and over. */
export function serveFar(stream: Stream, pieces: readonly Uint8Array[] = RANDOM): void {
  let flooding = false;
  stream.onData((bytes) => {
    // A command is never sent together with anything else.
    if (bytes[0] === FLOOD) {
      flooding = true;
      stream.pour(flood(pieces, () => flooding));
    } else if (bytes[0] === STOP) flooding = false;
    else stream.send(bytes.slice());
  });
}

function flood(pieces: readonly Uint8Array[], going: () => boolean): () => Uint8Array | undefined {
  let sent = 0;
  let over = false;
  return () => {
    if (going()) return pieces[sent++ % pieces.length];
    if (over) return undefined;
    over = true;
    return FLOOD_END;
  };
}
