/**
 * Splits a DATA frame into two, so that frames behind it wait less on a slow line. Other frame types are
 * never split.
 */
import { DATA_BYTES_AT, DATA_OFF_AT } from './credit.ts';
import { FrameType } from './frame.ts';

/** Maximum number of bytes that follow the first byte of a UTF-8 character. */
const MOST_CONTINUED = 3;

/**
 * Splits one long DATA frame into two DATA frames and returns both. The first frame gets `maxData` bytes of
 * the data. It gets up to three bytes fewer if the split would otherwise be inside a UTF-8 character. The
 * second frame gets the rest of the data, and its header overwrites bytes of `frame`. Returns undefined if
 * `frame` has at most `maxData` bytes of data, or is not a DATA frame.
 */
export function splitData(
  frame: Uint8Array,
  maxData: number,
): { first: Uint8Array; rest: Uint8Array } | undefined {
  if (frame[1] !== FrameType.DATA || frame.length - DATA_BYTES_AT <= maxData) return undefined;
  const length = wholeCharacters(frame, maxData);
  // The bytes are copied with `new Uint8Array`, because slice() of a Node Buffer copies nothing.
  const first = new Uint8Array(frame.subarray(0, DATA_BYTES_AT + length));
  const rest = frame.subarray(length);
  rest.set(first.subarray(0, DATA_BYTES_AT));
  const view = new DataView(frame.buffer, frame.byteOffset);
  putLength(first, length);
  putLength(rest, rest.length - DATA_BYTES_AT);
  // The offset field has 64 bits, so it is read and written as a BigInt.
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
