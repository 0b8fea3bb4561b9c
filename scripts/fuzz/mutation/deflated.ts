/** Makes hostile DATAZ (deflated data) frames: false length, false dictionary, invalid deflate, decompression bomb. */
import { deflateRawSync } from 'node:zlib';
import { FrameType, MAX_DATA, MAX_DICTIONARY } from '@unicore/protocol';
import type { Random } from '../../testing/random.ts';
import { bin, joined, partNamed } from './frame-layout.ts';

/** Decompression bomb, 16 MiB of zeros in 16 KiB: a receiver must stop at the limit. */
const BOMB = deflateRawSync(new Uint8Array(MAX_DATA * 1000), { level: 9 }).subarray(0, MAX_DATA);
/** Dictionary to deflate with, as long as the longest that a frame may name. */
const DICTIONARY = Uint8Array.from({ length: MAX_DICTIONARY }, (_, i) => (i * 7) & 0xff);

const u16 = (value: number) => Uint8Array.of(0xcd, value >>> 8, value);

/** Makes a DATAZ frame in place of a DATA or another channel frame. */
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
  // A valid frame.
  (raw) => ({ packed: deflateRawSync(raw, { level: 1 }), dictLen: 0, rawLen: Math.max(1, raw.length) }),
  // A false length of the inflated bytes.
  (raw, random) => ({
    packed: deflateRawSync(raw, { level: 1 }),
    dictLen: 0,
    rawLen: random.pick([0, 1, raw.length - 1, raw.length + 1, MAX_DATA, MAX_DATA + 1, 65_535]) & 0xffff,
  }),
  // Deflated with a dictionary that the receiver does not have, or with a longer one than it has.
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
  // Deflate data that is invalid, cut off, or followed by further bytes.
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
