import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeText, MAX_TEXT_MESSAGE, TextMessages } from './text-messages.ts';

const text = fc.string({ unit: 'binary' }).map((some) => some.replaceAll('\0', ''));

test('messages survive any cut of the stream, also inside of a character', () => {
  fc.assert(
    fc.property(
      fc.array(text),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
      (texts, cuts) => {
        const stream = Buffer.concat(texts.map(encodeText));
        const messages = new TextMessages();
        const got: string[] = [];
        for (let at = 0, i = 0; at < stream.length; i++) {
          const end = at + cuts[i % cuts.length]!;
          got.push(...messages.push(stream.subarray(at, end)));
          at = end;
        }
        expect(got).toEqual(texts);
      },
    ),
  );
});

test('broken UTF-8 harms its own message only', () => {
  const messages = new TextMessages();
  expect(messages.push(Uint8Array.of(0x61, 0xe6, 0x97, 0))).toEqual(['a\ufffd']);
  expect(messages.push(Uint8Array.of(0xef, 0xbb, 0xbf, 0x62, 0))).toEqual(['\ufeffb']);
});

test('a message of 16 MiB passes, and a larger one is refused, also before its end', () => {
  const bytes = encodeText('x'.repeat(MAX_TEXT_MESSAGE));
  expect(new TextMessages().push(bytes)[0]!.length).toBe(MAX_TEXT_MESSAGE);
  expect(() => encodeText('x'.repeat(MAX_TEXT_MESSAGE + 1))).toThrow('16 MiB');
  const messages = new TextMessages();
  messages.push(bytes.subarray(0, -1));
  expect(() => messages.push(Uint8Array.of(0x78))).toThrow('16 MiB');
});

test('text with a NUL is refused', () => {
  expect(() => encodeText('a\0b')).toThrow('NUL');
});
