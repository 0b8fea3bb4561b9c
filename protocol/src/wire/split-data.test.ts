/** A DATA frame that was split carries the same bytes at the same offsets. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decode, encode } from './codec.ts';
import { type FrameOf, FrameType } from './frame.ts';
import { splitData } from './split-data.ts';

type Data = FrameOf<typeof FrameType.DATA>;
const data = (frame: Uint8Array) => decode(frame).frame as Data;

test('the pieces follow one another and together are the frame, on the wire of any message', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 16_384 });
  const offset = fc.nat({ max: 2 ** 53 - 1 - 16_384 });
  fc.assert(
    fc.property(
      bytes,
      offset,
      fc.integer({ min: 1, max: 20_000 }),
      fc.nat({ max: 64 }),
      (all, off, max, before) => {
        const whole = encode({ type: FrameType.DATA, ch: 7, off, bytes: all });
        const message = new Uint8Array(before + whole.length);
        message.set(whole, before);
        let rest: Uint8Array = message.subarray(before);
        let next = off;
        const pieces: number[] = [];
        for (let cut = splitData(rest, max); cut; cut = splitData(rest, max)) {
          const first = data(cut.first);
          expect([first.ch, first.off]).toEqual([7, next]);
          expect(first.bytes.length).toBeLessThanOrEqual(max);
          pieces.push(...first.bytes);
          next += first.bytes.length;
          rest = cut.rest;
        }
        const last = data(rest);
        expect([last.ch, last.off]).toEqual([7, next]);
        expect(Uint8Array.from([...pieces, ...last.bytes])).toEqual(all);
      },
    ),
  );
});

test('no UTF-8 character is split', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 });
  const strict = new TextDecoder('utf-8', { fatal: true });
  fc.assert(
    fc.property(text, fc.integer({ min: 4, max: 50 }), (all, max) => {
      let rest: Uint8Array = encode({
        type: FrameType.DATA,
        ch: 1,
        off: 0,
        bytes: new TextEncoder().encode(all),
      });
      let read = '';
      for (let cut = splitData(rest, max); cut; cut = splitData(rest, max)) {
        read += strict.decode(data(cut.first).bytes);
        rest = cut.rest;
      }
      expect(read + strict.decode(data(rest).bytes)).toBe(all);
    }),
  );
});

test('frames of other types stay whole', () => {
  const frame = encode({
    type: FrameType.DATAZ,
    ch: 1,
    off: 0,
    dictLen: 0,
    rawLen: 9,
    bytes: new Uint8Array(9),
  });
  expect(splitData(frame, 4)).toBeUndefined();
});
