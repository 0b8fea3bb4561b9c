/**
 * Part of the fuzz run: finds the position of each field in the bytes of a protocol frame. So a mutation (a
 * random change) can change one field and keep the others.
 */
import { scan, UniCoreError } from '@unicore/protocol';
import { type Field, FORM_BYTES, Form, LAYOUTS } from '@unicore/protocol/testing';

export interface Part {
  readonly field: Field;
  /** Offset of the field's first byte in the frame. */
  readonly at: number;
  /** Size of the field in bytes, including its msgpack header. */
  readonly size: number;
}

/**
 * Splits a WebSocket message into copies of its protocol frames. Throws PROTOCOL_ERROR if the message does
 * not consist of valid frames.
 */
export function framesOf(message: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let start = 0; start < message.length; ) {
    const end = scan(message, start);
    frames.push(new Uint8Array(message.subarray(start, end)));
    start = end;
  }
  return frames;
}

/**
 * Returns the number of frames that a receiver would read from a message: all frames up to and including the
 * first invalid frame. The result is at least 1.
 */
export function countFrames(message: Uint8Array): number {
  let count = 0;
  try {
    for (let start = 0; start < message.length; start = scan(message, start)) count++;
  } catch (error) {
    if (!(error instanceof UniCoreError)) throw error;
  }
  return Math.max(1, count);
}

/** Returns the fields of a valid frame, with the position and size of each field. */
export function partsOf(frame: Uint8Array): Part[] {
  let at = 2;
  return LAYOUTS[frame[1]!]!.fields.map((field) => {
    const content = field.form >= Form.BIN ? (frame[at + 1]! << 8) | frame[at + 2]! : 0;
    const part = { field, at, size: FORM_BYTES[field.form]! + content };
    at += part.size;
    return part;
  });
}

export function partNamed(frame: Uint8Array, name: string): Part | undefined {
  return partsOf(frame).find((part) => part.field.name === name);
}

/** Returns the number that a field of a frame contains. */
export function numberIn(frame: Uint8Array, { field, at }: Part): bigint {
  const view = new DataView(frame.buffer, frame.byteOffset);
  if (field.form === Form.FIXINT) return BigInt(frame[at]!);
  if (field.form === Form.U16) return BigInt(view.getUint16(at + 1));
  if (field.form === Form.U32) return BigInt(view.getUint32(at + 1));
  return view.getBigUint64(at + 1);
}

/**
 * Overwrites the number in a field of a frame, even with an invalid value. If the number is too large for the
 * field, only its low bits are written.
 */
export function setNumber(frame: Uint8Array, { field, at }: Part, value: bigint): void {
  const view = new DataView(frame.buffer, frame.byteOffset);
  if (field.form === Form.FIXINT) frame[at] = Number(value & 0xffn);
  else if (field.form === Form.U16) view.setUint16(at + 1, Number(value & 0xffffn));
  else if (field.form === Form.U32) view.setUint32(at + 1, Number(value & 0xffffffffn));
  else view.setBigUint64(at + 1, value & 0xffffffffffffffffn);
}

/** Returns a copy of the frame in which one field is replaced by these bytes. */
export function replacePart(frame: Uint8Array, { at, size }: Part, bytes: Uint8Array): Uint8Array {
  return joined([frame.subarray(0, at), bytes, frame.subarray(at + size)]);
}

/** Encodes these bytes as a msgpack byte string (bin). The length in its header may be wrong on purpose. */
export function bin(content: Uint8Array, claimed = content.length): Uint8Array {
  return joined([Uint8Array.of(0xc5, claimed >>> 8, claimed), content]);
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
