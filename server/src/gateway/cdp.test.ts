import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CdpFraming, MAX_CDP_MESSAGE } from './cdp.ts';
import type { Fragment } from './framing.ts';

const MIN_FRAGMENT = 4096;

/** Text of up to some kilobytes without NUL, with characters of 1 to 4 bytes. */
const text = fc
  .tuple(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 400 }))
  .map(([some, times]) => some.replaceAll('\0', '').repeat(times));

/** Joins the fragments of each message. */
function messagesIn(fragments: readonly Fragment[]): string[] {
  const messages: string[] = [];
  let parts: Uint8Array[] = [];
  for (const { payload, fin } of fragments) {
    parts.push(payload);
    if (!fin) continue;
    messages.push(Buffer.concat(parts).toString());
    parts = [];
  }
  expect(parts).toEqual([]);
  return messages;
}

test('messages survive any cut of the stream, also inside of a character', () => {
  fc.assert(
    fc.property(
      fc.array(text),
      fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1 }),
      (texts, cuts) => {
        const framing = new CdpFraming();
        const stream = Buffer.concat(texts.flatMap((one) => framing.toChannel(Buffer.from(one), false)));
        const fragments: Fragment[] = [];
        for (let at = 0, i = 0; at < stream.length; i++) {
          const end = at + cuts[i % cuts.length]!;
          fragments.push(...framing.toClient(stream.subarray(at, end)));
          at = end;
        }
        expect(messagesIn(fragments)).toEqual(texts);
        expect(fragments.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(stream.length);
        for (const { fin, payload, binary } of fragments) {
          expect(fin || payload.length >= MIN_FRAGMENT).toBe(true);
          expect(binary).toBe(false);
        }
      },
    ),
  );
});

test('of a message that has not ended, less than one fragment is held back', () => {
  const framing = new CdpFraming();
  let sent = 0;
  for (let size = 1; size <= 3 * MIN_FRAGMENT; size++) {
    for (const { bytes } of framing.toClient(Uint8Array.of(0x78))) sent += bytes;
    expect(size - sent).toBeLessThan(MIN_FRAGMENT);
  }
});

test('a message of 16 MiB passes, and one more byte is too large', () => {
  const framing = new CdpFraming();
  const half = new Uint8Array(MAX_CDP_MESSAGE / 2).fill(0x78);
  for (let i = 0; i < 2; i++) framing.toClient(half);
  framing.toClient(Uint8Array.of(0));
  for (let i = 0; i < 2; i++) framing.toClient(half);
  expect(() => framing.toClient(Uint8Array.of(0x78))).toThrow('16 MiB');
});
