/** Packed and unpacked metadata is always plain data within limits, whatever lengths the bytes claim. */
import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { describe, expect, test } from 'vitest';
import { META_LIMITS, packMeta, unpackMeta } from './meta.ts';

const refusal = (problem: string) =>
  expect.objectContaining({ code: 'PROTOCOL_ERROR', message: expect.stringContaining(problem) });

function refused(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

const header = (...bytes: number[]) => Uint8Array.from(bytes);
const key = (name: string) => [0xa0 | name.length, ...new TextEncoder().encode(name)];

test('plain values survive packing and unpacking', () => {
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      fc.constantFrom(null, true, false),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true }).map((n) => (Object.is(n, -0) ? 0 : n)),
      fc.string({ unit: 'grapheme' }),
      fc.array(tie('tree'), { maxLength: 5 }),
      fc.dictionary(
        fc.string().filter((name) => name !== '__proto__'),
        tie('tree'),
        { maxKeys: 5, noNullPrototype: true },
      ),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      expect(unpackMeta(packMeta(value))).toEqual(value);
    }),
  );
});

test('bytes stay bytes, undefined fields are left out, and undefined itself is no bytes', () => {
  expect(unpackMeta(packMeta({ key: Uint8Array.of(1, 2), none: undefined }))).toEqual({
    key: Uint8Array.of(1, 2),
  });
  expect(packMeta(undefined)).toEqual(new Uint8Array(0));
  expect(unpackMeta(new Uint8Array(0))).toBe(undefined);
});

test('packed metadata has a buffer of its own', () => {
  const packed = packMeta({ a: 1 });
  expect(packed.buffer.byteLength).toBe(packed.length);
  expect(packed.constructor).toBe(Uint8Array);
});

describe('packing refuses what unpacking would', () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  test.each([
    ['a date', new Date(0), 'extension'],
    ['a function', () => 1, 'plain'],
    ['a cycle', cycle, 'cycles'],
    ['too many bytes', 'x'.repeat(META_LIMITS.bytes), 'bytes'],
    ['too many entries', Array.from({ length: META_LIMITS.entries + 1 }, () => 0), 'entries'],
    ['a large bigint', 2n ** 60n, '2^53'],
  ])('%s', (_name, value, problem) => {
    expect(refused(() => packMeta(value))).toEqual(refusal(problem));
  });
});

describe('unpacking refuses', () => {
  const deep = (levels: number) => header(...Array.from({ length: levels }, () => 0x91), 0xc0);
  const records = new Packr({ useRecords: true });
  test.each([
    ['a key that reaches the prototype', header(0x81, ...key('__proto__'), 0x80), '__proto__'],
    [
      'the same key with a longer head',
      header(0x81, 0xd9, 9, ...key('__proto__').slice(1), 0x80),
      '__proto__',
    ],
    ['a nested one', header(0x91, 0x81, ...key('__proto__'), 0x80), '__proto__'],
    ['a key that is no string', header(0x81, 1, 1), 'no string'],
    ['an array of four billion', header(0xdd, 0xff, 0xff, 0xff, 0xff), 'entries'],
    ['a map of four billion', header(0xdf, 0xff, 0xff, 0xff, 0xff), 'entries'],
    ['a string of four billion', header(0xdb, 0xff, 0xff, 0xff, 0xff, 0x61), 'cut off'],
    ['a bin of four billion', header(0xc6, 0xff, 0xff, 0xff, 0xff, 0x61), 'cut off'],
    ['arrays that share few bytes', header(0xdc, 0, 200, 0xdc, 0, 200), 'entries'],
    ['an extension', header(0xd4, 1, 1), 'extension'],
    ['a sized extension', header(0xc7, 1, 1, 1), 'extension'],
    ['a record of msgpackr', new Uint8Array(records.pack({ a: 1 })), 'extension'],
    ['the byte that msgpack never uses', header(0xc1), 'extension'],
    ['too deep a nest', deep(META_LIMITS.depth + 1), 'deeper'],
    ['two values', header(0xc0, 0xc0), 'other bytes'],
    ['an inexact u64', header(0xcf, 0, 0x20, 0, 0, 0, 0, 0, 1), '2^53'],
    ['an inexact i64', header(0xd3, 0xff, 0xdf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), '2^53'],
    ['too many bytes', new Uint8Array(META_LIMITS.bytes + 1), 'bytes'],
  ])('%s', (_name, bytes, problem) => {
    expect(refused(() => unpackMeta(bytes))).toEqual(refusal(problem));
  });

  test('every truncation', () => {
    const whole = packMeta({
      a: [1, 300, 70_000, 2 ** 40, -1, -200, 1.5, 'text', null, true],
      b: { c: 'x'.repeat(300) },
    });
    for (let length = 1; length < whole.length; length++)
      expect(refused(() => unpackMeta(whole.subarray(0, length)))).toEqual(refusal('cut off'));
  });

  test('nothing as deep as allowed', () => {
    expect(refused(() => unpackMeta(deep(META_LIMITS.depth)))).toBe(undefined);
  });
});

test('random bytes are refused as a protocol error or are plain values: nothing else is ever thrown', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
      const error = refused(() => unpackMeta(bytes));
      if (error !== undefined) expect(error).toMatchObject({ code: 'PROTOCOL_ERROR' });
    }),
    { numRuns: 2000 },
  );
});
