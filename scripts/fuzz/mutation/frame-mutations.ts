/**
 * Part of the fuzz run: mutations (random changes) of one protocol frame that know the positions of its
 * fields. Each mutation takes a valid frame, and returns bytes that may be invalid.
 */
import { FrameType, isChannelFrame } from '@unicore/protocol';
import type { Random } from '@unicore/protocol/sim';
import { Form } from '@unicore/protocol/testing';
import { deflatedOf } from './deflated.ts';
import { bin, joined, type Part, partsOf, replacePart, setNumber } from './frame-layout.ts';
import { hostileMetadata } from './metadata.ts';
import type { SeenValues } from './seen-values.ts';

export type FrameMutation = (frame: Uint8Array, random: Random, seen: SeenValues) => Uint8Array;

const TYPES = Object.values(FrameType).length;

const isNumber = ({ field }: Part) => field.form <= Form.U64;
const isBin = ({ field }: Part) => field.form >= Form.BIN;

/** This mutation changes the numbers in one or two fields of a frame. */
const otherNumber: FrameMutation = (frame, random, seen) => {
  const numbers = partsOf(frame).filter(isNumber);
  for (let i = random.chance(0.2) ? 2 : 1; i > 0 && numbers.length > 0; i--) {
    const part = random.pick(numbers);
    setNumber(frame, part, seen.number(part, random));
  }
  return frame;
};

const otherEpoch: FrameMutation = (frame, random, seen) => {
  const part = partsOf(frame).find(({ field }) => field.form === Form.EPOCH);
  if (part) frame.set(seen.epoch(random), part.at + 2);
  return part ? frame : otherNumber(frame, random, seen);
};

const otherFlag: FrameMutation = (frame, random, seen) => {
  const part = partsOf(frame).find(({ field }) => field.form === Form.BOOL);
  if (part) frame[part.at] = random.pick([0xc2, 0xc3, 0xc3, 0xc0]);
  return part ? frame : otherNumber(frame, random, seen);
};

/**
 * This mutation changes the type of a frame. In half of the cases it also changes the msgpack array header at
 * the start of the frame.
 */
const otherType: FrameMutation = (frame, random) => {
  frame[1] = random.chance(0.9) ? random.below(TYPES) : random.below(256);
  if (random.chance(0.5)) frame[0] = 0x90 | random.below(16);
  return frame;
};

/**
 * This mutation replaces the content of one byte or text field of a frame: by hostile metadata, by no bytes,
 * by too many bytes, by the old content with one bit changed, or by content with a wrong length.
 */
const otherContent: FrameMutation = (frame, random, seen) => {
  const bins = partsOf(frame).filter(isBin);
  if (bins.length === 0) return otherNumber(frame, random, seen);
  const part = random.pick(bins);
  const old = frame.slice(part.at + 3, part.at + part.size);
  const made = random.pick([
    () => bin(hostileMetadata(random)),
    () => bin(hostileMetadata(random)),
    () => bin(old, random.pick([0, 1, old.length - 1, old.length + 1, 65_535]) & 0xffff),
    () => bin(new Uint8Array(random.pick([0, 512, 513, 8192, 8193, 16_384, 16_385])).fill(random.below(256))),
    () => bin(flipped(old, random)),
  ]);
  return replacePart(frame, part, made());
};

/**
 * This mutation replaces one field of a frame by another msgpack encoding, for example with a longer integer
 * format or another type.
 */
const otherSpelling: FrameMutation = (frame, random) => {
  const part = random.pick(partsOf(frame));
  const spelled = random.pick([
    Uint8Array.of(random.below(128)),
    Uint8Array.of(0xcc, random.below(256)),
    Uint8Array.of(0xcd, 0, random.below(256)),
    Uint8Array.of(0xce, 0, 0, 0, random.below(256)),
    Uint8Array.of(0xcf, 0, 0, 0, 0, 0, 0, 0, random.below(256)),
    Uint8Array.of(0xd3, 0, 0, 0, 0, 0, 0, 0, random.below(256)),
    Uint8Array.of(0xca, 0, 0, 0, 0),
    Uint8Array.of(0xc4, 0),
    Uint8Array.of(0xc6, 0, 0, 0, 0),
    Uint8Array.of(0xa1, 0x61),
    Uint8Array.of(0xc0),
    Uint8Array.of(0xd4, 0x72, 0x40),
  ]);
  return replacePart(frame, part, spelled);
};

const deflated: FrameMutation = (frame, random, seen) =>
  isChannelFrame(frame[1]!) ? deflatedOf(frame, random) : otherContent(frame, random, seen);

/** This mutation changes random bytes of a frame without regard to the frame's fields. */
const otherBytes: FrameMutation = (frame, random) => {
  const at = random.below(frame.length);
  return random.pick([
    () => flipped(frame, random),
    () => frame.with(at, random.below(256)),
    () => joined([frame.subarray(0, at), random.bytes(1 + random.below(8)), frame.subarray(at)]),
    () => joined([frame.subarray(0, at), frame.subarray(at + 1 + random.below(8))]),
    () => frame.subarray(0, at),
  ])();
};

function flipped(bytes: Uint8Array, random: Random): Uint8Array {
  if (bytes.length === 0) return bytes;
  const at = random.below(bytes.length);
  return bytes.with(at, bytes[at]! ^ (1 << random.below(8)));
}

/**
 * All mutations (random changes) of one frame. A mutation that is listed several times is picked more often.
 */
export const FRAME_MUTATIONS: readonly FrameMutation[] = [
  ...[otherNumber, otherNumber, otherNumber, otherNumber, otherNumber, otherNumber],
  ...[otherContent, otherContent, otherFlag, otherEpoch, otherEpoch],
  ...[otherType, otherSpelling, deflated, otherBytes],
];
