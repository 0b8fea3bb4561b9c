/**
 * The server-side end of a benchmark stream, in place of a shell. It echoes keys. After a FLOOD or PACED
 * command it sends bulk data until the command STOP.
 */
import { randomBytes } from 'node:crypto';
import type { Stream } from './stream.ts';

/**
 * Bytes that are commands for the server-side end of a stream. It echoes all other bytes. After PACED comes
 * the rate of the bulk data in bytes per second, as u32.
 */
export const FLOOD = 0x01;
export const STOP = 0x02;
export const PACED = 0x03;
const PACED_BYTES = 5;
/** The last bytes of a bulk transfer (flood). These bytes occur nowhere else. */
export const FLOOD_END = Buffer.from('the flood of this stream is over');

/**
 * Bytes of bulk data that are sent at once. This is UniCore's largest frame, and the message size of the
 * systems that UniCore is compared with.
 */
export const PIECE_BYTES = 16 * 1024;
/** In a bulk transfer with a fixed rate, bytes are sent at this interval, ms. */
const PORTION_MS = 5;
/**
 * Random bytes that are sent as bulk data. Compression cannot shrink them, because they repeat only after
 * more bytes than deflate remembers.
 */
const RANDOM = Array.from({ length: 64 }, () => randomBytes(PIECE_BYTES));

/**
 * Serves the server-side end of a stream. `pieces` are the bytes of the bulk data, which are sent again and
 * again.
 */
export function serveFar(stream: Stream, pieces: readonly Uint8Array[] = RANDOM): void {
  let stop = () => {};
  /**
   * Creates a flag for a new bulk transfer (flood). Returns a function that tells whether this bulk transfer
   * must continue. Each bulk transfer needs its own flag: an idle stream still asks the previous bulk
   * transfer for bytes, and a shared flag would start it again.
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
    // If this process was delayed, a received chunk may contain a command and also the STOP for this command.
    // Therefore the last byte of each chunk is checked, too.
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

/** Sends bulk data at a fixed rate, even if the stream is slower than this rate. */
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
