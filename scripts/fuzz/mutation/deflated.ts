/**
 * Part of the fuzz run: makes hostile DATAZ frames (frames with compressed data), with wrong lengths, wrong
 * dictionaries, invalid deflate data, or zip bombs.
 */
import { deflateRawSync } from 'node:zlib';
import { FrameType, MAX_DATA, MAX_DICTIONARY } from '@unicore/protocol';
import type { Random } from '@unicore/protocol/sim';
import { bin, joined, partNamed } from './frame-layout.ts';

/**
 * A zip bomb: 16 MiB of zeros, compressed to 16 KiB. A receiver must not inflate more than the length that
 * the frame announces.
 */
const BOMB = deflateRawSync(new Uint8Array(MAX_DATA * 1000), { level: 9 }).subarray(0, MAX_DATA);
/** A deflate dictionary of the largest size that a frame may announce. */
const DICTIONARY = Uint8Array.from({ length: MAX_DICTIONARY }, (_, i) => (i * 7) & 0xff);

const u16 = (value: number) => Uint8Array.of(0xcd, value >>> 8, value);

/**
 * Makes a DATAZ frame (compressed data) from a frame of a channel. The DATAZ frame is sent instead of that
 * frame, and is usually invalid.
 */
export function deflatedOf(frame: Uint8Array, random: Random): Uint8Array {
  const content = partNamed(frame, 'bytes');
  const raw = content ? frame.subarray(content.at + 3, content.at + content.size) : random.bytes(40);
  const off = content ? frame.subarray(7, 16) : joined([Uint8Array.of(0xcf), new Uint8Array(8)]);
  const { packed, dictLen, rawLen } = random.pick(LIES)(raw, random);
  const head = Uint8Array.of(0x96, FrameType.DATAZ, ...frame.subarray(2, 7));
  return joined([head, off, u16(dictLen), u16(rawLen), bin(packed)]);
}

interface Deflated {
  packed: Uint8Array;
  dictLen: number;
  rawLen: number;
}

const LIES: readonly ((raw: Uint8Array, random: Random) => Deflated)[] = [
  // The frame is valid.
  (raw) => ({ packed: deflateRawSync(raw, { level: 1 }), dictLen: 0, rawLen: Math.max(1, raw.length) }),
  // The length that the frame announces differs from the length of the inflated data.
  (raw, random) => ({
    packed: deflateRawSync(raw, { level: 1 }),
    dictLen: 0,
    rawLen: random.pick([0, 1, raw.length - 1, raw.length + 1, MAX_DATA, MAX_DATA + 1, 65_535]) & 0xffff,
  }),
  // The data is compressed with a deflate dictionary that the receiver does not have, or the frame announces
  // a dictionary that is too long.
  (raw, random) => {
    const dictLen = random.pick([1, 100, MAX_DICTIONARY - 1, MAX_DICTIONARY, MAX_DICTIONARY + 1, 65_535]);
    const dictionary = DICTIONARY.subarray(0, Math.min(dictLen, MAX_DICTIONARY));
    return {
      packed: deflateRawSync(raw, { level: 1, dictionary }),
      dictLen,
      rawLen: Math.max(1, raw.length),
    };
  },
  (_, random) => ({ packed: BOMB, dictLen: 0, rawLen: random.pick([1, 100, MAX_DATA]) }),
  // The frame's compressed bytes are not deflate data, are truncated, or continue after the end of the
  // deflate data.
  (raw, random) => ({ packed: random.bytes(random.below(60)), dictLen: 0, rawLen: Math.max(1, raw.length) }),
  (raw, random) => {
    const whole = deflateRawSync(raw, { level: 1 });
    return {
      packed: whole.subarray(0, random.below(whole.length)),
      dictLen: 0,
      rawLen: Math.max(1, raw.length),
    };
  },
  (raw, random) => {
    const packed = joined([deflateRawSync(raw, { level: 1 }), random.bytes(1 + random.below(20))]);
    return { packed, dictLen: 0, rawLen: Math.max(1, raw.length) };
  },
];
