/**
 * Reads offsets and credit limits from the bytes of a channel frame, without decoding the frame. Each of
 * these fields has the same position in all legal frames of one type.
 */

import { type Frame, FrameType } from './frame.ts';
import { FORM_BYTES, LAYOUTS } from './layout.ts';

const TWO_32 = 2 ** 32;

/** The positions of the offset field and of the first payload byte in a DATA frame. */
export const DATA_OFF_AT = numberAt(FrameType.DATA, 'off');
export const DATA_BYTES_AT = numberAt(FrameType.DATA, 'bytes') + 2;
const RAW_LENGTH_AT = numberAt(FrameType.DATAZ, 'rawLen');
const ACK_LIMIT_AT = numberAt(FrameType.ACK, 'limit');
const ACK_CONSUMED_AT = numberAt(FrameType.ACK, 'consumed');
const ACCEPT_LIMIT_AT = numberAt(FrameType.ACCEPT, 'limit');
const ACCEPT_NEXT_AT = numberAt(FrameType.ACCEPT, 'recvNext');
const SYNC_LIMIT_AT = numberAt(FrameType.SYNC, 'limit');
const SYNC_NEXT_AT = numberAt(FrameType.SYNC, 'recvNext');

/**
 * Returns the stream offset just after the last byte in this frame. Returns undefined if the frame carries no
 * bytes of the stream.
 */
export function bytesEnd(type: number, message: Uint8Array, start: number, end: number): number | undefined {
  if (type === FrameType.DATA) return u64At(message, start + DATA_OFF_AT) + (end - start - DATA_BYTES_AT);
  if (type === FrameType.DATAZ) {
    const at = start + RAW_LENGTH_AT;
    return u64At(message, start + DATA_OFF_AT) + ((message[at]! << 8) | message[at + 1]!);
  }
  return undefined;
}

/**
 * Returns the credit limit in this frame: the sender of the frame accepts only bytes below this offset.
 * Returns undefined if the frame has no limit.
 */
export function limitIn(type: number, message: Uint8Array, start: number): number | undefined {
  if (type === FrameType.ACK) return u64At(message, start + ACK_LIMIT_AT);
  if (type === FrameType.ACCEPT) return u64At(message, start + ACCEPT_LIMIT_AT);
  if (type === FrameType.SYNC) return u64At(message, start + SYNC_LIMIT_AT);
  return undefined;
}

/**
 * Returns the offset below which the sender of this frame has already received all bytes. Returns undefined
 * if the frame has no such field.
 */
export function confirmedIn(type: number, message: Uint8Array, start: number): number | undefined {
  if (type === FrameType.ACK) return u64At(message, start + ACK_CONSUMED_AT);
  if (type === FrameType.ACCEPT) return u64At(message, start + ACCEPT_NEXT_AT);
  if (type === FrameType.SYNC) return u64At(message, start + SYNC_NEXT_AT);
  return undefined;
}

/**
 * Returns the position of a numeric field's value, after its msgpack type byte. Works only if no field of
 * variable length comes before this field.
 */
function numberAt(type: Frame['type'], name: string): number {
  let at = 2;
  for (const field of LAYOUTS[type]!.fields) {
    if (field.name === name) return at + 1;
    at += FORM_BYTES[field.form]!;
  }
  throw new Error(`frames of type ${type} have no field ${name}`);
}

function u64At(message: Uint8Array, at: number): number {
  return u32At(message, at) * TWO_32 + u32At(message, at + 4);
}

function u32At(message: Uint8Array, at: number): number {
  return ((message[at]! << 24) | (message[at + 1]! << 16) | (message[at + 2]! << 8) | message[at + 3]!) >>> 0;
}
