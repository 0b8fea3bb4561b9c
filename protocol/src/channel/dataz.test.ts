/** A channel carries the same bytes with or without compression, after every loss and to every peer. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFLATERS, text } from '../testing/index.ts';
import { done, expectWhole, setup } from '../testing/transfer/index.ts';
import { MAX_DATA } from '../wire/index.ts';
import type { Deflater } from './deflater.ts';
import { fflateDeflater } from './fflate/index.ts';

/** Counts the frames that this deflater inflates, to prove that some frames were deflated. */
function counting(deflater: Deflater): Deflater & { read: number } {
  const counted = {
    read: 0,
    least: deflater.least,
    deflate: deflater.deflate,
    inflate(...frame: Parameters<Deflater['inflate']>) {
      counted.read++;
      return deflater.inflate(...frame);
    },
  };
  return counted;
}

/** Waits until all bytes were carried over this path, and checks them. */
async function carry(s: ReturnType<typeof setup>): Promise<void> {
  await s.path.clock.until(() => done(s), 300_000);
  expectWhole(s.consumer, s.provider);
}

describe('a channel whose ends both deflate', () => {
  test('loses, repeats and reorders nothing, whatever the bytes, the pieces and the losses', async () => {
    const kill = fc.record({
      at: fc.nat(1_500),
      what: fc.constantFrom('cutConsumer', 'cutProvider', 'killHub', 'moveConsumer', 'moveProvider'),
    });
    const deflater = fc.constantFrom(...Object.values(DEFLATERS));
    const talks = fc.record({
      sizes: fc.tuple(fc.nat(150_000), fc.nat(150_000)),
      piece: fc.constantFrom(1_000, 5_000, MAX_DATA),
      ends: fc.tuple(deflater, deflater),
      kills: fc.array(kill, { maxLength: 10 }),
    });
    let read = 0;
    await fc.assert(
      fc.asyncProperty(talks, async ({ sizes: [up, down], piece, ends, kills }) => {
        const [near, far] = ends.map(counting) as [ReturnType<typeof counting>, ReturnType<typeof counting>];
        const s = setup({ up: text(up + 1, up), down: text(down + 1, down), piece, near, far });
        for (const { at, what } of kills) s.path.clock.after(at, () => s.path[what](100));
        await carry(s);
        read += near.read + far.read;
      }),
      { numRuns: 60 },
    );
    expect(read).toBeGreaterThan(500);
  });
});

describe('a channel with an end that cannot read DATAZ', () => {
  test.each([
    ['opener', undefined, fflateDeflater],
    ['acceptor', fflateDeflater, undefined],
  ])('as its %s carries everything, and none of it deflated', async (_end, near, far) => {
    const able = counting((near ?? far)!);
    const ends = near ? { near: able } : { far: able };
    await carry(setup({ up: text(50_000, 1), down: text(50_000, 2), piece: 5_000, ...ends }));
    expect(able.read).toBe(0);
  });
});
