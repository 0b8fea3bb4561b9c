import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { UniCoreError } from '../wire/index.ts';
import { Messages } from './messages.ts';

test('messages arrive whole and in order, however the bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.jsonValue({ maxDepth: 3 })),
      fc.infiniteStream(fc.integer({ min: 1, max: 50 })),
      (sent, sizes) => {
        const plain = sent.filter((value) => !JSON.stringify(value).includes('__proto__'));
        const got: unknown[] = [];
        const from = new Messages(() => {});
        const to = new Messages((value) => got.push(value));
        for (const value of plain) from.send(value);
        for (let bytes = from.pull(sizes.next().value); bytes; bytes = from.pull(sizes.next().value))
          to.data(bytes);
        expect(JSON.stringify(got)).toBe(JSON.stringify(plain));
      },
    ),
  );
});

test('a large message that comes byte by byte takes time in proportion to its size', () => {
  const [from, got] = [new Messages(() => {}), [] as unknown[]];
  const to = new Messages((value) => got.push(value));
  from.send('x'.repeat(1_000_000));
  const started = performance.now();
  for (let bytes = from.pull(1); bytes; bytes = from.pull(1)) to.data(bytes);
  expect(got).toEqual(['x'.repeat(1_000_000)]);
  // If each new byte caused a copy of everything that was received before, this test would take minutes.
  expect(performance.now() - started).toBeLessThan(30_000);
});

test('a length beyond the limit is refused before anything is stored', () => {
  const to = new Messages(() => {});
  expect(() => to.data(new Uint8Array([0xff, 0, 0, 0]))).toThrow(
    expect.objectContaining({ code: 'MESSAGE_TOO_BIG' } satisfies Partial<UniCoreError>),
  );
});
