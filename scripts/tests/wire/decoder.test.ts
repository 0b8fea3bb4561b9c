/**
 * Checks that the independent decoder reads the examples of PROTOCOL.md, and rejects everything that
 * PROTOCOL.md forbids.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../../lib/paths.ts';
import { readMessage } from './decoder.ts';
import { FRAME_TYPES } from './frames.ts';
import { readPlain } from './msgpack.ts';

/** Matches `TYPE 94 00 field:form …` on one line, and an example in hex on the next line. */
const EXAMPLE = /^([A-Z]+) +9[0-9a-f] [0-9a-f]{2} {2}(.*)\n +((?:[0-9a-f]{2} +)*[0-9a-f]{2})$/gm;

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const document = readFileSync(join(ROOT, 'PROTOCOL.md'), 'utf8');
const examples = [...document.matchAll(EXAMPLE)].map(([, type = '', layout = '', hex = '']) => ({
  type,
  fields: layout.split(/ +/).map((field) => field.split(':')[0]),
  bytes: bytesOf(hex),
}));

test('PROTOCOL.md shows an example of every type', () => {
  expect(examples.map(({ type }) => type).sort()).toEqual([...FRAME_TYPES].sort());
});

test.for(examples)('$type is read as PROTOCOL.md lays it out', ({ type, fields, bytes }) => {
  const [frame, ...others] = readMessage(bytes);
  expect(others).toEqual([]);
  expect(frame?.type).toBe(type);
  expect(Object.keys(frame ?? {}).sort()).toEqual(['type', ...fields].sort());
});

test('frames one after another in a message are read apart', () => {
  const all = readMessage(Buffer.concat(examples.map(({ bytes }) => bytes)));
  expect(all.map(({ type }) => type)).toEqual(examples.map(({ type }) => type));
});

test('a frame that is cut short anywhere is refused', () => {
  for (const { bytes } of examples) {
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readMessage(bytes.subarray(0, length))).toThrow();
    }
  }
});

describe('another spelling of the same values is refused', () => {
  test.for([
    ['an array header of 3 bytes', 'dc 00 02 0b ce 00 00 00 07'],
    ['a number in fewer bytes', '92 0b 07'],
    ['a number in more bytes', '92 0b cf 00 00 00 00 00 00 00 07'],
    ['too many elements', '93 0b ce 00 00 00 07'],
    ['too few elements', '91 0b ce 00 00 00 07'],
    ['a type in two bytes', '92 cc 0b ce 00 00 00 07'],
    ['a type that does not exist', '92 10 ce 00 00 00 07'],
    ['a short bin', '93 01 01 c4 01 80'],
    ['DATAZ of nothing', '96 05 ce 00 00 00 01 cf 00 00 00 00 00 00 00 00 cd 00 00 cd 00 00 c5 00 00'],
    ['channel 0', '93 0a ce 00 00 00 00 cd 00 17'],
    [
      'an offset above 2^53 - 1',
      '94 06 ce 00 00 00 01 cf 00 20 00 00 00 00 00 00 cf 00 00 00 00 00 00 00 00',
    ],
  ] as const)('%s', ([, hex]) => {
    expect(() => readMessage(bytesOf(hex))).toThrow();
  });
});

describe('metadata holds plain values only', () => {
  test('maps, arrays, numbers, strings and bytes are read', () => {
    const hex =
      '85 a1 61 c0 a1 62 93 01 ff d1 ff 00 a1 63 cb 3f d0 00 00 00 00 00 00 a1 64 c4 01 07 a1 65 d9 01 78';
    expect(readPlain(bytesOf(hex))).toEqual({
      a: null,
      b: [1, -1, -256],
      c: 0.25,
      d: new Uint8Array([7]),
      e: 'x',
    });
  });

  test.for([
    ['an extension type', 'd4 01 00'],
    ['a key that is no string', '81 01 02'],
    ['the key __proto__', '81 a9 5f 5f 70 72 6f 74 6f 5f 5f 80'],
    ['trailing bytes', '80 80'],
    ['a length beyond what is there', 'dd ff ff ff ff'],
    ['an integer beyond 2^53', 'cf 00 20 00 00 00 00 00 00'],
    ['nine levels', '91 91 91 91 91 91 91 91 90'],
    ['257 entries', `dc 01 01 ${'c0 '.repeat(257)}`],
  ] as const)('%s is refused', ([, hex]) => {
    expect(() => readPlain(bytesOf(hex))).toThrow();
  });
});
