import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Ring } from './ring.ts';

test('gives back exactly the newest bytes, whatever the sizes of what came', () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 30 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), chunks, (capacity, all) => {
      const ring = new Ring(capacity);
      for (const chunk of all) ring.append(chunk);
      const whole = Buffer.concat(all);
      expect(ring.end).toBe(whole.length);
      expect(ring.start).toBe(Math.max(0, whole.length - capacity));
      const got: Uint8Array[] = [];
      for (let at = ring.start; at < ring.end; at += 7) got.push(ring.read(at, 7));
      expect(Buffer.concat(got)).toEqual(whole.subarray(ring.start));
    }),
  );
});

test('what was read is not changed by what comes later', () => {
  const ring = new Ring(4);
  ring.append(Buffer.from('abcd'));
  const read = ring.read(0, 4);
  ring.append(Buffer.from('efgh'));
  expect(Buffer.from(read).toString()).toBe('abcd');
});

test('an offset that was overwritten is refused', () => {
  const ring = new Ring(4);
  ring.append(Buffer.from('abcdef'));
  expect(() => ring.read(1, 1)).toThrow(RangeError);
  expect(() => ring.read(7, 1)).toThrow(RangeError);
});
