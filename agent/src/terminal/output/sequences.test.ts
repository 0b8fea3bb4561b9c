/** Tests that the sequence parser gives the same results as xterm's parser. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { headlessTerminal, XtermCore } from '../emulator/index.ts';
import { Sequences } from './sequences.ts';

/** Bytes that begin, continue, break and end sequences and characters. */
const pieces = fc.oneof(
  fc.constantFrom(
    ...'\x1b [ ] P X ^ _ \\ ( # ? > = ! $ ; : 0 1 m h A ~ a \x07 \r \n \x18 \x1a \x7f \0'.split(' '),
  ),
  fc.constantFrom('é', '世', '🙂', '\u009b', '\u0090', '\u009d', '\u009c', '\u0098', '\ufeff'),
  fc.constantFrom('\x1b[', '\x1b]0;', '\x1bP1$q', '\x1b_', '\x1b[?', '\x1b(', '\x1b\\'),
);
const bytes = fc
  .array(
    fc.oneof(
      pieces.map((text) => [...Buffer.from(text)]),
      fc.integer({ min: 0, max: 255 }).map((b) => [b]),
    ),
    {
      maxLength: 40,
    },
  )
  .map((parts) => Uint8Array.from(parts.flat()));

test('is open exactly where the parser of xterm is inside a sequence or a character', () => {
  const core = new XtermCore(headlessTerminal({ cols: 80, rows: 24 }));
  const CAN = Buffer.of(0x18);
  fc.assert(
    fc.property(bytes, (stream) => {
      const sequences = new Sequences();
      for (let end = 1; end <= stream.length; end++) {
        sequences.feed(stream.subarray(end - 1, end));
        // Write the bytes in one piece, since xterm loses some split characters (see utf8.ts).
        core.writeSync(Buffer.concat([CAN, stream.subarray(0, end)]));
        expect([sequences.open, end]).toEqual([core.midSequence, end]);
      }
    }),
    { numRuns: 2000 },
  );
});

test('a stream that is split anywhere leads to the same state as in one piece', () => {
  fc.assert(
    fc.property(bytes, fc.nat(40), (stream, cut) => {
      const whole = new Sequences();
      whole.feed(stream);
      const parts = new Sequences();
      parts.feed(stream.subarray(0, cut));
      parts.feed(stream.subarray(cut));
      expect([parts.open, parts.openedAt, parts.offset]).toEqual([whole.open, whole.openedAt, whole.offset]);
    }),
  );
});

test('knows the offset at which an unfinished sequence began', () => {
  const began = (text: string) => {
    const sequences = new Sequences();
    sequences.feed(Buffer.from(text, 'latin1'));
    return sequences.open ? sequences.openedAt : undefined;
  };
  expect(began('abc')).toBeUndefined();
  expect(began('abc\x1b[1')).toBe(3);
  expect(began('ab\x1b]0;title')).toBe(2);
  expect(began('ab\x1b]0;title\x1b')).toBe(11);
  expect(began('abc\xf0\x9f')).toBe(3);
  expect(began('a\xc2\x9b1')).toBe(1);
});

test('can stop at the first offset where nothing is unfinished', () => {
  const sequences = new Sequences();
  sequences.feed(Buffer.from('ab\x1b['));
  expect(sequences.feed(Buffer.from('1mtext'), true)).toBe(2);
  expect(sequences.offset).toBe(6);
});
