/** The far end of a stream, where a shell would be: echoes what is typed, and floods from one command to the next. */
import { randomBytes } from 'node:crypto';
import type { Stream } from './stream.ts';

/** Commands; every other byte is echoed. PACED is followed by a rate, bytes a second as u32. */
export const FLOOD = 0x01;
export const STOP = 0x02;
export const PACED = 0x03;
const PACED_BYTES = 5;
/** The last bytes of a flood, and of nothing else. */
export const FLOOD_END = Buffer.from('the flood of this stream is over');

/** As large as our largest frame, and as the messages of the references. */
export const PIECE_BYTES = 16 * 1024;
/** A paced flood is sent in portions this far apart, ms. */
const PORTION_MS = 5;
/** Random, so that nothing gains from compression, and far longer than any history. */
const RANDOM = Array.from({ length: 64 }, () => randomBytes(PIECE_BYTES));

/** pieces: what floods consist of, over and over. */
export function serveFar(stream: Stream, pieces: readonly Uint8Array[] = RANDOM): void {
  let stop = () => {};
  /** Of this flood only: a stream asks an earlier one again whenever it has nothing to send. */
  const begin = () => {
    let going = true;
    stop = () => {
      going = false;
    };
    return () => going;
  };
  stream.onData((bytes) => {
    if (bytes[0] === FLOOD) stream.pour(flood(pieces, begin()));
    else if (bytes[0] === PACED) pace(stream, pieces, Buffer.from(bytes).readUInt32BE(1), begin());
    else if (bytes[0] !== STOP) stream.send(bytes.slice());
    // Where this end could not run for a while, it comes together with the command that it ends.
    if (bytes.subarray(bytes[0] === PACED ? PACED_BYTES : 0).at(-1) === STOP) stop();
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

/** As much as is due, whether or not it is taken as fast. */
function pace(
  stream: Stream,
  pieces: readonly Uint8Array[],
  bytesPerSecond: number,
  going: () => boolean,
): void {
  const begun = performance.now();
  let sent = 0;
  let pieceAt = 0;
  const timer = setInterval(() => {
    const due = ((performance.now() - begun) / 1000) * bytesPerSecond;
    for (; going() && sent + PIECE_BYTES <= due; sent += PIECE_BYTES) {
      stream.send(pieces[pieceAt++ % pieces.length]!);
    }
    if (going()) return;
    clearInterval(timer);
    stream.send(FLOOD_END);
  }, PORTION_MS);
}
