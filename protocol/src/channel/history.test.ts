/**
 * A history returns the last bytes that were appended, whatever the size of the appended pieces. It uses as
 * little memory as possible.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { History } from './history.ts';

const CAPACITY = 5_000;

function tail(history: History, end: number): Uint8Array {
  const out = new Uint8Array(end - history.start);
  expect(history.copy(history.start, out)).toBe(out.length);
  return out;
}

test('keeps the last bytes, whatever pieces they came in', () => {
  const piece = fc.oneof(fc.nat(20), fc.nat(2_000), fc.nat(3 * CAPACITY));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), fc.nat(100_000), (sizes, offset) => {
      const history = new History(CAPACITY, offset);
      let said = new Uint8Array(0);
      for (const size of sizes) {
        const more = Uint8Array.from({ length: size }, (_, i) => (said.length + i) * 7 + size);
        said = new Uint8Array([...said, ...more]);
        history.append(more);
        const kept = Math.min(CAPACITY, said.length);
        expect(history.start).toBe(offset + said.length - kept);
        // toEqual is slow with long arrays, so the bytes are compared one by one.
        const last = said.subarray(said.length - kept);
        expect(tail(history, offset + said.length).every((byte, i) => byte === last[i])).toBe(true);
      }
    }),
  );
});

test('a part of the kept bytes can be read', () => {
  const history = new History(10);
  history.append(Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
  const out = new Uint8Array(4);
  expect([history.copy(6, out), [...out]]).toEqual([4, [6, 7, 8, 9]]);
  expect([history.copy(11, out), [...out]]).toEqual([2, [11, 12, 8, 9]]);
});

test('bytes that are gone, or have not come yet, cannot be read', () => {
  const history = new History(10);
  history.append(new Uint8Array(15));
  for (const from of [4, 16]) expect(() => history.copy(from, new Uint8Array(1))).toThrow(RangeError);
});
