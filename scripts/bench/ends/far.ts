/**
 * The far end of a stream, in place of a shell. It echoes keys. After a FLOOD or PACED command it floods until STOP.
 */
import { randomBytes } from 'node:crypto';
import type { Stream } from './stream.ts';

/** Command bytes for the far end; it echoes all others. PACED is followed by a rate, bytes per second as u32. */
export const FLOOD = 0x01;
export const STOP = 0x02;
export const PACED = 0x03;
const PACED_BYTES = 5;
/** Marks the end of a flood; it occurs nowhere else. */
export const FLOOD_END = Buffer.from('the flood of this stream is over');

/** Bytes per piece of a flood: UniCore's largest frame, and the message size of the references. */
export const PIECE_BYTES = 16 * 1024;
/** Interval between the portions of a paced flood, ms. */
const PORTION_MS = 5;
/** Random bytes to flood with: compression cannot shrink them, and they are longer than any compression history. */
const RANDOM = Array.from({ length: 64 }, () => randomBytes(PIECE_BYTES));

/** Serves a stream as its far end. pieces: the bytes that a flood sends, over and over. */
export function serveFar(stream: Stream, pieces: readonly Uint8Array[] = RANDOM): void {
  let stop = () => {};
  /**
   * Each flood has its own flag. An idle stream keeps asking the previous flood for bytes, and that flood must stay
   * ended.
   */
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
    // If this process was delayed, STOP arrives in one chunk with the command that it ends.
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

/** Sends a flood at a fixed rate, even if the stream does not carry it as fast. */
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
