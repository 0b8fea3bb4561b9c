/**
 * Turns frames into bytes and back. encode, decode and scan all use layout.ts, so a frame that one of them
 * refuses is refused by all of them. The byte fields of a decoded frame are views of the message. Copy these
 * bytes to keep them.
 */

import { UniCoreError } from './errors.ts';
import { EPOCH_BYTES, type Frame, MAX_TEXT } from './frame.ts';
import type { FrameMemory } from './frame-memory.ts';
import { type Field, FORM_BYTES, Form, LAYOUTS, type Layout } from './layout.ts';

/**
 * Offset of the four bytes of `ch` in a channel frame. Three bytes come before `ch`: the array header, the
 * frame type and the msgpack byte ce.
 */
const CH_AT = 3;
const TWO_32 = 2 ** 32;

const textEncoder = new TextEncoder();
/**
 * Invalid UTF-8 in a text field causes no error, because the rest of the text is still useful. `ignoreBOM`
 * keeps U+FEFF at the start, like any other character.
 */
const textDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
const NO_BYTES = new Uint8Array(0);

type Value = number | boolean | string | Uint8Array;

/**
 * Returns the bytes of one frame. Cuts a text that is longer than MAX_TEXT bytes, at a whole character.
 * Throws PROTOCOL_ERROR if a field is outside its limits, because decode() would refuse such a frame.
 */
export function encode(frame: Frame, memory?: FrameMemory): Uint8Array {
  const layout = LAYOUTS[frame.type]!;
  // The layout names the fields of this type of frame. TypeScript cannot follow names that come from a table.
  const values = frame as unknown as Record<string, Value>;
  let size = layout.fixedBytes;
  let text = NO_BYTES;
  for (const field of layout.fields) {
    if (field.form === Form.TEXT) {
      text = textEncoder.encode(values[field.name] as string);
      if (text.length > MAX_TEXT) text = cutText(text);
      size += text.length;
    } else if (field.form === Form.BIN) size += (values[field.name] as Uint8Array).length;
  }
  const out = memory ? memory.take(size) : new Uint8Array(size);
  out[0] = layout.header;
  out[1] = frame.type;
  let at = 2;
  for (const field of layout.fields) {
    const value = field.form === Form.TEXT ? text : values[field.name]!;
    at = write(out, at, layout, field, value);
  }
  return out;
}

/**
 * Returns the frame at `start`, and the offset where the next frame begins. Throws PROTOCOL_ERROR if the
 * bytes do not have exactly one of the legal layouts.
 */
export function decode(message: Uint8Array, start = 0): { frame: Frame; end: number } {
  const end = scan(message, start);
  return { frame: frameAt(message, start), end };
}

/** Returns the frame at `start`. The frame must have passed scan(). */
export function frameAt(message: Uint8Array, start: number): Frame {
  const type = message[start + 1]!;
  const frame: Record<string, Value> = { type };
  let at = start + 2;
  for (const field of LAYOUTS[type]!.fields) {
    frame[field.name] = read(message, at, field);
    at += FORM_BYTES[field.form]! + contentLength(message, at, field);
  }
  return frame as unknown as Frame;
}

/**
 * Checks the whole layout of the frame at `start`, and returns the offset where the frame ends. Throws
 * PROTOCOL_ERROR if the layout is not legal. Allocates no memory, because hubs call scan() for every frame
 * that they forward.
 */
export function scan(message: Uint8Array, start: number): number {
  const type = start + 1 < message.length ? message[start + 1]! : -1;
  const layout = type >= 0 && type < LAYOUTS.length ? LAYOUTS[type]! : undefined;
  if (layout === undefined || message[start] !== layout.header) throw noFrame(start);
  let end = start + layout.fixedBytes;
  if (end > message.length) throw cutOff(layout, start);
  let at = start + 2;
  for (let i = 0; i < layout.fields.length; i++) {
    const field = layout.fields[i]!;
    const value = check(message, at, field);
    if (value < field.min || value > field.max) throw badField(layout, field, start);
    at += FORM_BYTES[field.form]!;
    if (field.form >= Form.BIN) {
      at += value;
      end += value;
      if (end > message.length) throw cutOff(layout, start);
    }
  }
  return end;
}

/** Returns the type of the frame at `start`. The frame must have passed scan(). */
export function frameType(message: Uint8Array, start: number): number {
  return message[start + 1]!;
}

/** Returns true if frames of this type belong to a channel. Only these frames have a channel number. */
export function isChannelFrame(type: number): boolean {
  return LAYOUTS[type]?.channel ?? false;
}

/** Returns the channel number of the channel frame at `start`. The frame must have passed scan(). */
export function channelOf(message: Uint8Array, start: number): number {
  return u32At(message, start + CH_AT);
}

/**
 * Writes another channel number into the channel frame at `start`. So a hop can forward a frame without
 * decoding it.
 */
export function patchChannel(message: Uint8Array, start: number, ch: number): void {
  putU32(message, start + CH_AT, ch);
}

/**
 * Returns the number in a field, or the length in bytes of a BIN, TEXT or EPOCH field. Returns -1 if the
 * field is not in its legal form.
 */
function check(message: Uint8Array, at: number, field: Field): number {
  const head = message[at]!;
  switch (field.form) {
    case Form.FIXINT:
      return head;
    case Form.U16:
      return head === 0xcd ? u16At(message, at + 1) : -1;
    case Form.U32:
      return head === 0xce ? u32At(message, at + 1) : -1;
    case Form.U64:
      return head === 0xcf ? u32At(message, at + 1) * TWO_32 + u32At(message, at + 5) : -1;
    case Form.BOOL:
      return head === 0xc2 ? 0 : head === 0xc3 ? 1 : -1;
    case Form.EPOCH:
      return head === 0xc4 ? message[at + 1]! : -1;
    default:
      return head === 0xc5 ? u16At(message, at + 1) : -1;
  }
}

/** Returns the value of a field that has passed scan(). */
function read(message: Uint8Array, at: number, field: Field): Value {
  switch (field.form) {
    case Form.BOOL:
      return message[at] === 0xc3;
    case Form.EPOCH:
      return message.subarray(at + 2, at + 2 + EPOCH_BYTES);
    case Form.BIN:
      return message.subarray(at + 3, at + 3 + u16At(message, at + 1));
    case Form.TEXT:
      return textDecoder.decode(message.subarray(at + 3, at + 3 + u16At(message, at + 1)));
    default:
      return check(message, at, field);
  }
}

function contentLength(message: Uint8Array, at: number, field: Field): number {
  return field.form >= Form.BIN ? u16At(message, at + 1) : 0;
}

/** Writes one field. Returns the offset where the next field begins. */
function write(out: Uint8Array, at: number, layout: Layout, field: Field, value: Value): number {
  const measure = typeof value === 'object' ? value.length : Number(value);
  if (!Number.isInteger(measure) || measure < field.min || measure > field.max)
    throw new UniCoreError(
      'PROTOCOL_ERROR',
      `${layout.name}.${field.name}: ${measure}${typeof value === 'object' ? ' bytes' : ''} is not within ${field.min} to ${field.max}.`,
    );
  switch (field.form) {
    case Form.FIXINT:
      out[at] = measure;
      return at + 1;
    case Form.U16:
      out[at] = 0xcd;
      putU16(out, at + 1, measure);
      return at + 3;
    case Form.U32:
      out[at] = 0xce;
      putU32(out, at + 1, measure);
      return at + 5;
    case Form.U64:
      out[at] = 0xcf;
      putU32(out, at + 1, Math.floor(measure / TWO_32));
      putU32(out, at + 5, measure);
      return at + 9;
    case Form.BOOL:
      out[at] = value ? 0xc3 : 0xc2;
      return at + 1;
    case Form.EPOCH:
      out[at] = 0xc4;
      out[at + 1] = EPOCH_BYTES;
      out.set(value as Uint8Array, at + 2);
      return at + 2 + EPOCH_BYTES;
    default:
      out[at] = 0xc5;
      putU16(out, at + 1, measure);
      out.set(value as Uint8Array, at + 3);
      return at + 3 + measure;
  }
}

/** Cuts UTF-8 text to at most MAX_TEXT bytes, without splitting a character. */
function cutText(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  let end = MAX_TEXT;
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.slice(0, end);
}

function u16At(message: Uint8Array, at: number): number {
  return (message[at]! << 8) | message[at + 1]!;
}

function u32At(message: Uint8Array, at: number): number {
  return ((message[at]! << 24) | (message[at + 1]! << 16) | (message[at + 2]! << 8) | message[at + 3]!) >>> 0;
}

function putU16(out: Uint8Array, at: number, value: number): void {
  out[at] = value >>> 8;
  out[at + 1] = value;
}

/** Writes the low 32 bits of a number, in big-endian order. */
function putU32(out: Uint8Array, at: number, value: number): void {
  out[at] = value >>> 24;
  out[at + 1] = value >>> 16;
  out[at + 2] = value >>> 8;
  out[at + 3] = value;
}

function noFrame(start: number): UniCoreError {
  return new UniCoreError(
    'PROTOCOL_ERROR',
    `No frame of a known type begins at byte ${start} of the message.`,
  );
}

function cutOff(layout: Layout, start: number): UniCoreError {
  return new UniCoreError(
    'PROTOCOL_ERROR',
    `The ${layout.name} at byte ${start} goes beyond the message's end.`,
  );
}

function badField(layout: Layout, field: Field, start: number): UniCoreError {
  return new UniCoreError(
    'PROTOCOL_ERROR',
    `${layout.name}.${field.name} of the frame at byte ${start} is not in its legal form or range.`,
  );
}
