/**
 * The codec writes and reads exactly one legal layout per frame, and msgpackr can read the frames that the
 * codec writes.
 */
import fc from 'fast-check';
import { Unpackr } from 'msgpackr';
import { describe, expect, test } from 'vitest';
import { SAMPLES } from '../testing/index.ts';
import { channelOf, decode, encode, frameType, isChannelFrame, patchChannel, scan } from './codec.ts';
import type { UniCoreError } from './errors.ts';
import { type Frame, FrameType, MAX_DATA, MAX_DICTIONARY, MAX_META, MAX_TEXT } from './frame.ts';
import { type Field, Form, LAYOUTS } from './layout.ts';

const oracle = new Unpackr({ useRecords: false, int64AsType: 'number' });
const samples = Object.values(SAMPLES) as Frame[];
const nameOf = (frame: Frame) => LAYOUTS[frame.type]!.name;

/**
 * Values that a field may have. Texts are well-formed, because replacement characters would not give back the
 * same bytes.
 */
function fieldValues({ form, min, max }: Field): fc.Arbitrary<unknown> {
  if (form === Form.BOOL) return fc.boolean();
  if (form === Form.EPOCH || form === Form.BIN)
    return fc.oneof(
      { weight: 9, arbitrary: fc.uint8Array({ minLength: min, maxLength: Math.min(max, 64) }) },
      fc.constantFrom(new Uint8Array(min), new Uint8Array(max)),
    );
  if (form === Form.TEXT) return fc.string({ unit: 'grapheme', maxLength: 40 });
  return fc.oneof(
    fc.maxSafeNat().map((n) => min + (n % (max - min + 1))),
    fc.constantFrom(min, max),
  );
}

function frames(type: number): fc.Arbitrary<Frame> {
  const values = LAYOUTS[type]!.fields.map((field) => [field.name, fieldValues(field)] as const);
  return fc.record({
    type: fc.constant(type),
    ...Object.fromEntries(values),
  }) as unknown as fc.Arbitrary<Frame>;
}

/**
 * What msgpackr should read from a frame: its elements in the order of the layout, with bin and text fields
 * as bytes.
 */
function elements(frame: Frame): unknown[] {
  const values = frame as unknown as Record<string, unknown>;
  const ofField = ({ form, name }: Field) =>
    form === Form.TEXT ? new TextEncoder().encode(values[name] as string) : values[name];
  return [frame.type, ...LAYOUTS[frame.type]!.fields.map(ofField)];
}

/** Turns Buffers into plain arrays, so that only bytes are compared. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  return Array.isArray(value) ? value.map(plain) : value;
}

function outcome<T>(run: () => T): T | string {
  try {
    return run();
  } catch (error) {
    return (error as UniCoreError).code ?? String(error);
  }
}

describe.each(samples.map((frame) => [nameOf(frame), frame] as const))('%s', (_name, sample) => {
  test('survives encode and decode, and msgpackr reads the same elements', () => {
    fc.assert(
      fc.property(frames(sample.type), (frame) => {
        const bytes = encode(frame);
        expect(decode(bytes)).toEqual({ frame, end: bytes.length });
        expect(plain(oracle.unpack(bytes))).toEqual(plain(elements(frame)));
      }),
    );
  });

  test('is refused when cut off anywhere', () => {
    const bytes = encode(sample);
    for (let length = 0; length < bytes.length; length++)
      expect(outcome(() => decode(bytes.subarray(0, length)))).toBe('PROTOCOL_ERROR');
  });

  test('with any one byte changed is refused, or is another frame with exactly these bytes', () => {
    const bytes = encode(sample);
    for (let at = 0; at < bytes.length; at++)
      for (let value = 0; value < 256; value++) {
        const changed = Uint8Array.from(bytes);
        changed[at] = value;
        const decoded = outcome(() => decode(changed));
        expect(outcome(() => scan(changed, 0))).toEqual(typeof decoded === 'string' ? decoded : decoded.end);
        if (typeof decoded === 'string') expect(decoded).toBe('PROTOCOL_ERROR');
        else if (!hasBrokenText(decoded.frame))
          expect(encode(decoded.frame)).toEqual(changed.subarray(0, decoded.end));
      }
  });

  test('ends where it says, wherever in a message it stands', () => {
    const bytes = encode(sample);
    const message = new Uint8Array(bytes.length + 9).fill(0x94);
    message.set(bytes, 5);
    expect(scan(message, 5)).toBe(5 + bytes.length);
    expect(frameType(message, 5)).toBe(sample.type);
    expect(decode(message, 5)).toEqual({ frame: sample, end: 5 + bytes.length });
  });

  test('changes only in its four channel bytes when patched', () => {
    expect(isChannelFrame(sample.type)).toBe('ch' in sample);
    if (!('ch' in sample)) return;
    const bytes = encode(sample);
    patchChannel(bytes, 0, 0xfedcba98);
    expect(channelOf(bytes, 0)).toBe(0xfedcba98);
    expect(decode(bytes).frame).toEqual({ ...sample, ch: 0xfedcba98 });
  });
});

/** Invalid UTF-8 is shown as U+FFFD, so it does not come back as the same bytes. */
function hasBrokenText(frame: Frame): boolean {
  return 'message' in frame && frame.message.includes('\ufffd');
}

test('a message of several frames is read one after another, by the codec as by msgpackr', () => {
  const anyFrames = fc.array(fc.oneof(...samples.map((frame) => frames(frame.type))), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(anyFrames, (sent) => {
      const message = new Uint8Array(sent.flatMap((frame) => [...encode(frame)]));
      const got: Frame[] = [];
      for (let at = 0; at < message.length; ) {
        const { frame, end } = decode(message, at);
        got.push(frame);
        at = end;
      }
      expect(got).toEqual(sent);
      expect(plain(oracle.unpackMultiple(message))).toEqual(sent.map((frame) => plain(elements(frame))));
    }),
  );
});

test('bytes that are no frames are refused by both scan and decode', () => {
  const hostile = fc.tuple(
    fc.integer({ min: 0x8f, max: 0x9b }),
    fc.integer({ min: 0, max: 17 }),
    fc.uint8Array(),
  );
  fc.assert(
    fc.property(hostile, ([header, type, rest]) => {
      const message = Uint8Array.of(header, type, ...rest);
      const decoded = outcome(() => decode(message));
      expect(outcome(() => scan(message, 0))).toEqual(typeof decoded === 'string' ? decoded : decoded.end);
      if (typeof decoded === 'string') expect(decoded).toBe('PROTOCOL_ERROR');
      else expect(encode(decoded.frame)).toEqual(message.subarray(0, decoded.end));
    }),
  );
});

test('other msgpack forms of the same values are refused', () => {
  const ping = [...encode({ type: FrameType.PING, id: 7 })];
  const forms = [
    [0xdc, 0, 2, ...ping.slice(1)], // array16
    [0x92, 0xcc, 11, ...ping.slice(2)], // type as u8
    [0x92, 11, 7], // id as fixint
    [0x92, 11, 0xcf, 0, 0, 0, 0, 0, 0, 0, 7], // id as u64
    [0x93, ...ping.slice(1), 0xc0], // an element too many
    [0x91, 11],
  ];
  for (const form of forms) expect(outcome(() => decode(Uint8Array.from(form)))).toBe('PROTOCOL_ERROR');
});

test('channel 0, offsets beyond 2^53 - 1 and oversized fields are refused in both directions', () => {
  const data = SAMPLES[FrameType.DATA];
  const dataz = SAMPLES[FrameType.DATAZ];
  const tooFar = encode({ ...data, off: Number.MAX_SAFE_INTEGER });
  tooFar.set([0, 0x20, 0, 0, 0, 0, 0, 0], 8);
  expect(outcome(() => decode(tooFar))).toBe('PROTOCOL_ERROR');
  const noChannel = encode(data);
  patchChannel(noChannel, 0, 0);
  expect(outcome(() => decode(noChannel))).toBe('PROTOCOL_ERROR');
  const refused: Frame[] = [
    { ...data, ch: 0 },
    { ...data, ch: 2 ** 32 },
    { ...data, off: -1 },
    { ...data, off: 0.5 },
    { ...data, off: Number.MAX_SAFE_INTEGER + 1 },
    { ...data, bytes: new Uint8Array(MAX_DATA + 1) },
    { ...dataz, rawLen: 0 },
    { ...dataz, rawLen: MAX_DATA + 1 },
    { ...dataz, dictLen: MAX_DICTIONARY + 1 },
    { ...SAMPLES[FrameType.OPEN], epoch: new Uint8Array(15) },
    { ...SAMPLES[FrameType.OPEN], meta: new Uint8Array(MAX_META + 1) },
    { ...SAMPLES[FrameType.HELLO], version: 128 },
  ];
  for (const frame of refused) expect(outcome(() => encode(frame))).toBe('PROTOCOL_ERROR');
});

test('a long message is cut at a whole character', () => {
  const reset = SAMPLES[FrameType.RESET];
  for (let shift = 0; shift < 4; shift++) {
    const message = 'a'.repeat(shift) + '🙂'.repeat(MAX_TEXT / 4);
    const cut = decode(encode({ ...reset, message })).frame as typeof reset;
    expect(message.startsWith(cut.message)).toBe(true);
    expect(new TextEncoder().encode(cut.message).length).toBeGreaterThan(MAX_TEXT - 4);
  }
});

test('a message in broken UTF-8 is still shown', () => {
  const bytes = encode({ ...SAMPLES[FrameType.RESET], message: 'abc' });
  bytes[bytes.length - 2] = 0xff;
  expect(decode(bytes).frame).toMatchObject({ message: 'a\ufffdc' });
});

test('decode yields views: nothing is copied', () => {
  const bytes = encode(SAMPLES[FrameType.DATA]);
  const { frame } = decode(bytes);
  expect((frame as (typeof SAMPLES)[typeof FrameType.DATA]).bytes.buffer).toBe(bytes.buffer);
});
