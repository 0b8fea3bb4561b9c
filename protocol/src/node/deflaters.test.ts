/**
 * All deflaters keep the same rules, and each deflater can read the output of every other. This matters
 * because the two ends of a channel may use different deflaters.
 */
import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fflateDeflater } from '../channel/fflate/index.ts';
import type { Deflater, Effort } from '../channel/index.ts';
import { MAX_DATA, MAX_DICTIONARY } from '../wire/index.ts';
import { zlibDeflater } from './zlib.ts';

const DEFLATERS: Record<string, Deflater> = { fflate: fflateDeflater, zlib: zlibDeflater };
const EFFORTS: Effort[] = ['fast', 'small'];
const PAIRS = Object.keys(DEFLATERS).flatMap((by) => Object.keys(DEFLATERS).map((to) => [by, to] as const));
const NONE = new Uint8Array(0);

/** Bytes of a small alphabet, or repeated short runs, shrink; random ones do not. */
function bytes(most: number, least = 0): fc.Arbitrary<Uint8Array> {
  const some = (max: number) => fc.integer({ min: least, max });
  const size = fc.oneof(fc.constantFrom(least, most - 1, most), some(most), some(200));
  const shape = fc.record({
    size,
    values: fc.constantFrom(1, 2, 30, 256),
    seed: fc.nat(),
    period: fc.nat(600),
  });
  return shape.map(({ size, values, seed, period }) => {
    let state = seed;
    const out = new Uint8Array(size);
    for (let i = 0; i < size; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      out[i] = period > 0 && i >= period ? out[i - period]! : (state >>> 24) % values;
    }
    return out;
  });
}

describe.each(PAIRS)('what %s packs, %s reads', (by, to) => {
  const [packer, reader] = [DEFLATERS[by]!, DEFLATERS[to]!];

  test('of any size, with any dictionary', () => {
    fc.assert(
      fc.property(
        bytes(MAX_DATA, 1),
        bytes(MAX_DICTIONARY),
        fc.constantFrom(...EFFORTS),
        (raw, dictionary, effort) => {
          const packed = packer.deflate(raw, dictionary, effort);
          if (!packed) return;
          // toEqual is not used because it is slow with arrays of 16 KiB.
          expect(Buffer.compare(reader.inflate(packed, dictionary, raw.length), raw)).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('bytes that all occur in the dictionary become a few bytes', () => {
    const dictionary = Uint8Array.from({ length: MAX_DICTIONARY }, (_, i) => (Math.imul(i, i) >> 3) ^ i);
    const raw = dictionary.slice(300, 558);
    const packed = packer.deflate(raw, dictionary, 'small')!;
    expect(packed.length).toBeLessThan(20);
    expect(Buffer.compare(reader.inflate(packed, dictionary, raw.length), raw)).toBe(0);
  });
});

describe.each(Object.entries(DEFLATERS))('%s', (_name, deflater) => {
  const refused = expect.objectContaining({ code: 'PROTOCOL_ERROR' });
  const raw = Buffer.from('the same words, and the same words again');
  const packed = deflater.deflate(raw, NONE, 'small')!;

  test('packs harder with more effort', () => {
    const text = readFileSync(new URL('../../../PROTOCOL.md', import.meta.url)).subarray(0, MAX_DATA);
    const [fast, small] = EFFORTS.map((effort) => deflater.deflate(text, NONE, effort)!.length);
    expect(small).toBeLessThan(fast!);
  });

  test('returns nothing for bytes that do not get shorter', () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    for (const dictionary of [NONE, raw.subarray(0, 1), raw]) {
      expect(deflater.deflate(all, dictionary, 'small')).toBeUndefined();
    }
  });

  test('refuses bytes that inflate to more or fewer than announced', () => {
    for (const length of [1, raw.length - 1, raw.length + 1, MAX_DATA]) {
      expect(() => deflater.inflate(packed, NONE, length)).toThrow(refused);
    }
  });

  test('refuses bytes that end too soon', () => {
    for (let length = 0; length < packed.length; length++) {
      expect(() => deflater.inflate(packed.subarray(0, length), NONE, raw.length)).toThrow(refused);
    }
  });

  test('refuses a dictionary that is too short', () => {
    const told = deflater.deflate(raw, raw, 'small')!;
    expect(() => deflater.inflate(told, raw.subarray(20), raw.length)).toThrow(refused);
  });

  test('inflates to the announced length or refuses, whatever the bytes', () => {
    const damage = fc.record({ at: fc.nat(), to: fc.nat(255) });
    const damaged = fc
      .tuple(bytes(2000), fc.array(damage, { minLength: 1, maxLength: 5 }))
      .map(([raw, damages]) => {
        const packed = deflateRawSync(raw);
        for (const { at, to } of damages) packed[at % packed.length] = to;
        return packed;
      });
    const anything = fc.oneof(damaged, fc.uint8Array({ maxLength: 500 }));
    fc.assert(
      fc.property(
        anything,
        bytes(1000),
        fc.integer({ min: 1, max: MAX_DATA }),
        (garbage, dictionary, length) => {
          try {
            expect(deflater.inflate(garbage, dictionary, length)).toHaveLength(length);
          } catch (error) {
            expect(error).toEqual(refused);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('inflates no more of a bomb than the announced length', () => {
    const bomb = deflateRawSync(new Uint8Array(15 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(MAX_DATA);
    const before = process.memoryUsage();
    expect(() => deflater.inflate(bomb, NONE, MAX_DATA)).toThrow(refused);
    const after = process.memoryUsage();
    const grown = after.arrayBuffers + after.external - before.arrayBuffers - before.external;
    expect(grown).toBeLessThan(1024 * 1024);
  });
});
