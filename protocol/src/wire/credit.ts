/** What a hop reads of credit in a frame, at positions that are constant in every legal layout. Decodes nothing. */

import { type Frame, FrameType } from './frame.ts';
import { FORM_BYTES, LAYOUTS } from './layout.ts';

const TWO_32 = 2 ** 32;

/** Where a DATA frame says its offset, and where its bytes begin. */
export const DATA_OFF_AT = numberAt(FrameType.DATA, 'off');
export const DATA_BYTES_AT = numberAt(FrameType.DATA, 'bytes') + 2;
const RAW_LENGTH_AT = numberAt(FrameType.DATAZ, 'rawLen');
const ACK_LIMIT_AT = numberAt(FrameType.ACK, 'limit');
const ACK_CONSUMED_AT = numberAt(FrameType.ACK, 'consumed');
const ACCEPT_LIMIT_AT = numberAt(FrameType.ACCEPT, 'limit');
const ACCEPT_NEXT_AT = numberAt(FrameType.ACCEPT, 'recvNext');
const SYNC_LIMIT_AT = numberAt(FrameType.SYNC, 'limit');
const SYNC_NEXT_AT = numberAt(FrameType.SYNC, 'recvNext');

/** The offset behind the channel's bytes in the frame from start to end; undefined where it carries none. */
export function bytesEnd(type: number, message: Uint8Array, start: number, end: number): number | undefined {
  if (type === FrameType.DATA) return u64At(message, start + DATA_OFF_AT) + (end - start - DATA_BYTES_AT);
  if (type === FrameType.DATAZ) {
    const at = start + RAW_LENGTH_AT;
    return u64At(message, start + DATA_OFF_AT) + ((message[at]! << 8) | message[at + 1]!);
  }
  return undefined;
}

/** The offset below which the frame's sender accepts bytes; undefined where the frame does not say. */
export function limitIn(type: number, message: Uint8Array, start: number): number | undefined {
  if (type === FrameType.ACK) return u64At(message, start + ACK_LIMIT_AT);
  if (type === FrameType.ACCEPT) return u64At(message, start + ACCEPT_LIMIT_AT);
  if (type === FrameType.SYNC) return u64At(message, start + SYNC_LIMIT_AT);
  return undefined;
}

/** The offset below which the frame's sender has all bytes already; undefined where the frame does not say. */
export function confirmedIn(type: number, message: Uint8Array, start: number): number | undefined {
  if (type === FrameType.ACK) return u64At(message, start + ACK_CONSUMED_AT);
  if (type === FrameType.ACCEPT) return u64At(message, start + ACCEPT_NEXT_AT);
  if (type === FrameType.SYNC) return u64At(message, start + SYNC_NEXT_AT);
  return undefined;
}

/** Where the digits of a field begin, behind its head byte; only for fields with nothing of varying length before them. */
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
