/**
 * Part of the fuzz run: makes hostile msgpack metadata to put into frames: nested too deeply, too long,
 * truncated, with wrong lengths, or with dangerous keys.
 */
import { packMeta } from '@unicore/protocol';
import type { Random } from '@unicore/protocol/sim';
import { joined } from './frame-layout.ts';

const ascii = (text: string) => new TextEncoder().encode(text);
const filled = (length: number, byte: number) => new Uint8Array(length).fill(byte);

/** Encodes the start of a msgpack map with one key. The caller must append the value of this key. */
const pair = (key: string) => joined([Uint8Array.of(0x81, 0xa0 | key.length), ascii(key)]);

const MAKERS: readonly ((random: Random) => Uint8Array)[] = [
  // Hostile metadata: deeply nested arrays and maps.
  (random) => joined([filled(random.pick([7, 8, 9, 100, 8000]), 0x91), Uint8Array.of(0xc0)]),
  (random) =>
    joined([...Array.from({ length: random.pick([7, 8, 9, 2000]) }, () => pair('a')), Uint8Array.of(0xc0)]),
  // Hostile metadata whose msgpack length field is larger than the number of bytes that follow.
  (random) => Uint8Array.of(random.pick([0xdd, 0xdf, 0xdb, 0xc6]), 0xff, 0xff, 0xff, 0xff),
  (random) => Uint8Array.of(random.pick([0xdc, 0xde, 0xda, 0xc5]), 0xff, 0xff, random.below(256)),
  // Hostile metadata: arrays whose number of entries is near the allowed limit, or far above it.
  (random) => {
    const entries = random.pick([255, 256, 257, 8000]);
    return joined([Uint8Array.of(0xdc, entries >> 8, entries), filled(entries, 0xc0)]);
  },
  // Hostile metadata: msgpack extension types. The library msgpackr could decode them as records, dates,
  // sets, errors or classes of its own.
  (random) =>
    Uint8Array.of(
      random.pick([0xd4, 0xd5, 0xd6, 0xc7, 0xc8]),
      random.below(256),
      ...random.bytes(random.below(12)),
    ),
  (random) => joined([Uint8Array.of(0xd4, 0x72, 0x40, 0x92, 0xa1, 0x61, 0xa1, 0x62), random.bytes(4)]),
  // Hostile metadata: maps with keys that can reach a JavaScript prototype, keys that occur twice, or keys
  // that are not strings.
  (random) =>
    joined([
      pair(random.pick(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then'])),
      random.pick([Uint8Array.of(0xc0), Uint8Array.of(0x80), pair('vmId'), Uint8Array.of(0x07)]),
    ]),
  () => joined([Uint8Array.of(0x82, 0xa1, 0x61, 1, 0xa1, 0x61, 2)]),
  (random) => Uint8Array.of(0x81, random.pick([0xc0, 0x01, 0xc2, 0x90, 0xcb]), 0x01, ...random.bytes(9)),
  // Hostile metadata: numbers that JavaScript cannot represent exactly, numbers that are not finite, and
  // truncated numbers.
  (random) =>
    joined([
      pair('cols'),
      Uint8Array.of(random.pick([0xcf, 0xd3, 0xcb, 0xca])),
      random.bytes(random.pick([3, 4, 8])),
    ]),
  (random) =>
    joined([
      pair('cols'),
      Uint8Array.of(
        0xcb,
        ...random.pick([
          [0x7f, 0xf0],
          [0x7f, 0xf8],
          [0xff, 0xf0],
        ]),
        0,
        0,
        0,
        0,
        0,
        0,
      ),
    ]),
  // Hostile metadata: invalid UTF-8, and strings in every msgpack length format.
  (random) => joined([pair('vmId'), Uint8Array.of(0xa4, 0xff, 0xc3, 0xe2, random.below(256))]),
  (random) => packMeta({ vmId: 'v'.repeat(random.pick([0, 31, 32, 64, 65, 255, 256, 8000])) }),
  // Hostile metadata in valid msgpack: values of a wrong type or size, and ids or tokens of another user.
  (random) =>
    packMeta(
      random.pick<unknown>([
        undefined,
        null,
        true,
        [],
        {},
        'text',
        -1,
        { vmId: null },
        { vmId: ['vm-bob'] },
        { vmId: 'vm-bob' },
        { vmId: 'vm-mallory', cols: 1e9, rows: -1 },
        { vmId: 'vm-mallory', cols: 0.5, readOnly: 'yes' },
        { token: 7, connSeq: 'a' },
        { token: 'token-bob' },
        { user: 'bob', rights: 'write', vmId: 'vm-bob', gen: 1, kind: 'terminal' },
        { cpu: Number.NaN, cores: 1e308 },
      ]),
    ),
  (random) => random.bytes(random.below(64)),
];

export function hostileMetadata(random: Random): Uint8Array {
  return random.pick(MAKERS)(random);
}
