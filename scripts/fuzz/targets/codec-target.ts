/**
 * Part of the fuzz run: the target `codec` tests the functions that decode frames. Each changed message is
 * decoded up to its first error. All decoding functions must report the same error.
 */

import { isDeepStrictEqual } from 'node:util';
import {
  bytesEnd,
  channelOf,
  confirmedIn,
  decode,
  ERRORS,
  encode,
  type Frame,
  FrameType,
  frameType,
  isChannelFrame,
  limitIn,
  Messages,
  packMeta,
  patchChannel,
  scan,
  UniCoreError,
  unpackMeta,
} from '@unicore/protocol';
import type { Random } from '@unicore/protocol/sim';
import { bin, joined } from '../mutation/frame-layout.ts';
import { hostileMetadata } from '../mutation/metadata.ts';
import { mutate } from '../mutation/mutator.ts';
import { SeenValues } from '../mutation/seen-values.ts';
import type { Plan } from '../run/plan.ts';

/** Number of messages that one fuzzing case changes. */
const MESSAGES = 2_000;
/**
 * Share of changed messages in which every frame is still valid (0 to 1). Only a valid frame also tests the
 * functions that decode a frame's contents, because decoding stops at an invalid frame.
 */
const WELL_FORMED = 0.3;
/** Share of changed messages after which a message of a control channel is also tested (0 to 1). */
const CONTROL = 0.05;

export function codec(plan: Plan, recorded: readonly Uint8Array[]): void {
  const { random } = plan;
  const seen = new SeenValues(recorded);
  for (let i = 0; i < MESSAGES; i++) {
    const parts = Array.from({ length: random.pick([1, 1, 1, 2, 3]) }, () => random.pick(recorded));
    const decision = plan.decide(1);
    if (!decision?.carriedOut) continue;
    const decided = decision.random;
    const sender = decided.chance(WELL_FORMED) ? decided.pick(['hub', 'provider'] as const) : undefined;
    for (const message of mutate(joined(parts), decided, seen, sender)) {
      plan.tell(() => Buffer.from(message).toString('hex'));
      readFrames(message, plan);
    }
    if (decided.chance(CONTROL)) readControl(controlBytes(decided), decided, plan);
  }
}

/**
 * Decodes a message frame by frame, as the product's connection (leg) does. Throws if the decoding functions
 * disagree.
 */
function readFrames(message: Uint8Array, plan: Plan): void {
  for (let start = 0; start < message.length; ) {
    plan.frames++;
    const end = outcome(() => scan(message, start));
    const decoded = outcome(() => decode(message, start));
    if (typeof end === 'string' || typeof decoded === 'string') {
      if (end !== decoded) throw new Error(`scan says ${end}, decode ${JSON.stringify(decoded)}`);
      return plan.count(decoded as string);
    }
    if (end !== decoded.end) throw new Error(`scan ends at ${end}, decode at ${decoded.end}`);
    if (end <= start) throw new Error(`a frame at ${start} ends at ${end}`);
    plan.count('accepted');
    agree(message.subarray(start, end), decoded.frame);
    for (const packed of metadataOf(decoded.frame)) readMetadata(packed, plan);
    start = end;
  }
}

/**
 * Checks a valid frame: functions that read fields at fixed positions must agree with decode(), and encoding
 * the decoded frame again must give the same bytes.
 */
function agree(bytes: Uint8Array, frame: Frame): void {
  // Invalid UTF-8 text in a frame is decoded with U+FFFD (replacement character). Therefore encoding such
  // text does not give the same bytes.
  const again = encode(frame);
  const same = 'message' in frame || Buffer.compare(again, bytes) === 0;
  if (!same) throw new Error(`${hex(bytes)} is written as ${hex(again)}`);
  const type = frameType(bytes, 0);
  const fields: Record<string, unknown> = { ...frame };
  const position = (...names: string[]) =>
    names.map((name) => fields[name]).find((value) => value !== undefined);
  const expected = {
    channel: 'ch' in frame,
    limit: type === FrameType.OPEN ? undefined : position('limit'),
    confirmed: type === FrameType.OPEN ? undefined : position('consumed', 'recvNext'),
    bytesEnd: endOf(frame),
  };
  const read = {
    channel: isChannelFrame(type),
    limit: limitIn(type, bytes, 0),
    confirmed: confirmedIn(type, bytes, 0),
    bytesEnd: bytesEnd(type, bytes, 0, bytes.length),
  };
  if (!isDeepStrictEqual(read, expected)) {
    throw new Error(`${hex(bytes)}: read as ${JSON.stringify(read)}, decoded as ${JSON.stringify(expected)}`);
  }
  if ('ch' in frame) patched(bytes, frame.ch);
}

function endOf(frame: Frame): number | undefined {
  if (frame.type === FrameType.DATA) return frame.off + frame.bytes.length;
  return frame.type === FrameType.DATAZ ? frame.off + frame.rawLen : undefined;
}

/**
 * Overwrites the channel number in a frame, as the hub's relay does, and then restores it. All other bytes of
 * the frame must stay the same.
 */
function patched(bytes: Uint8Array, ch: number): void {
  const copy = new Uint8Array(bytes);
  patchChannel(copy, 0, 0xfedcba98);
  if (channelOf(copy, 0) !== 0xfedcba98)
    throw new Error(`${hex(bytes)} has no channel number where hops write it`);
  patchChannel(copy, 0, ch);
  if (Buffer.compare(copy, bytes) !== 0) throw new Error(`${hex(bytes)} changes when its number is patched`);
}

function metadataOf(frame: Frame): Uint8Array[] {
  return [...('meta' in frame ? [frame.meta] : []), ...('auth' in frame ? [frame.auth] : [])];
}

/**
 * Checks metadata of a frame: if the metadata can be decoded, encoding and decoding it again must give the
 * same value.
 */
function readMetadata(packed: Uint8Array, plan: Plan): void {
  const value = outcome(() => ({ value: unpackMeta(packed) }));
  if (typeof value === 'string') return plan.count(`metadata ${value}`);
  const again = unpackMeta(packMeta(value.value));
  if (!isDeepStrictEqual(again, value.value))
    throw new Error(`metadata ${hex(packed)} changes when it is written again`);
}

/**
 * Returns the bytes of a control-channel message: a length, and then msgpack. The length or the msgpack can
 * be invalid.
 */
function controlBytes(random: Random): Uint8Array {
  const call = packMeta({ t: 'q', i: '1', m: 'observed', a: [{ whole: true, vms: [] }] });
  const body = random.chance(0.5)
    ? hostileMetadata(random)
    : call.with(random.below(call.length), random.below(256));
  const length = random.pick([body.length, body.length, body.length, 0, 2 ** 20, 2 ** 20 + 1, 2 ** 32 - 1]);
  const header = new Uint8Array(4);
  new DataView(header.buffer).setUint32(0, length);
  return joined([header, body, bin(body), header]);
}

function readControl(bytes: Uint8Array, random: Random, plan: Plan): void {
  const messages = new Messages(() => plan.count('control accepted'));
  const refused = outcome(() => {
    for (let at = 0; at < bytes.length; ) {
      const size = 1 + random.below(16);
      messages.data(bytes.subarray(at, at + size));
      at += size;
    }
    return { refused: false };
  });
  if (typeof refused === 'string') plan.count(`control ${refused}`);
}

/**
 * Calls a decoding function. Returns its result, or the error code if it threw a UniCoreError. Any other
 * error is a defect and is thrown.
 */
function outcome<T>(read: () => T): T | string {
  try {
    return read();
  } catch (error) {
    if (error instanceof UniCoreError && Object.hasOwn(ERRORS, error.code)) return error.code;
    throw error;
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
