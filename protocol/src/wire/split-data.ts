/** Cuts a DATA frame in two, so that what comes behind it on a slow line waits less. Frames of other types stay whole. */
import { DATA_BYTES_AT, DATA_OFF_AT } from './credit.ts';
import { FrameType } from './frame.ts';

/** A UTF-8 character has at most this many bytes behind its first. */
const MOST_CONTINUED = 3;

/**
 * The first frame has at most `maxData` bytes, and one fewer to three fewer if that keeps a character whole. The rest is made
 * in the frame's own memory. Undefined where there is nothing to cut.
 */
export function splitData(
  frame: Uint8Array,
  maxData: number,
): { first: Uint8Array; rest: Uint8Array } | undefined {
  if (frame[1] !== FrameType.DATA || frame.length - DATA_BYTES_AT <= maxData) return undefined;
  const length = wholeCharacters(frame, maxData);
  // Not slice(), which copies nothing where the array is a Buffer of Node's.
  const first = new Uint8Array(frame.subarray(0, DATA_BYTES_AT + length));
  const rest = frame.subarray(length);
  rest.set(first.subarray(0, DATA_BYTES_AT));
  const view = new DataView(frame.buffer, frame.byteOffset);
  putLength(first, length);
  putLength(rest, rest.length - DATA_BYTES_AT);
  // The offset has 64 bits, of which a number can say 53.
  const offset = Number(view.getBigUint64(length + DATA_OFF_AT)) + length;
  view.setBigUint64(length + DATA_OFF_AT, BigInt(offset));
  return { first, rest };
}

function wholeCharacters(frame: Uint8Array, maxData: number): number {
  let length = maxData;
  const least = Math.max(1, maxData - MOST_CONTINUED);
  while (length > least && isContinuation(frame[DATA_BYTES_AT + length]!)) length--;
  return isContinuation(frame[DATA_BYTES_AT + length]!) ? maxData : length;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

function putLength(frame: Uint8Array, length: number): void {
  frame[DATA_BYTES_AT - 2] = length >>> 8;
  frame[DATA_BYTES_AT - 1] = length;
}
