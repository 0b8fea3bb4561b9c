/** Tests of messages that end with a NUL byte. */
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonPipe, type Oversized } from './json-pipe.ts';

function setUp(maxBytes?: number) {
  const input = new PassThrough();
  const output = new PassThrough();
  const received: string[] = [];
  const oversized: Oversized[] = [];
  const closed = Promise.withResolvers<void>();
  const pipe = new JsonPipe({
    input,
    output,
    ...(maxBytes === undefined ? {} : { maxBytes }),
    received: (text) => received.push(text),
    oversized: (message) => oversized.push(message),
    closed: closed.resolve,
  });
  return { input, output, received, oversized, closed: closed.promise, pipe };
}

test('messages arrive whole, in order, however the bytes are cut', async () => {
  const texts = fc.array(
    fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
    { maxLength: 8 },
  );
  await fc.assert(
    fc.asyncProperty(
      texts,
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      async (sent, cuts) => {
        const { input, received, closed } = setUp();
        const bytes = Buffer.from(sent.map((text) => `${text}\0`).join(''));
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const length = cuts[turn % cuts.length]!;
          input.write(bytes.subarray(at, at + length));
          at += length;
        }
        input.end();
        await closed;
        expect(received).toEqual(sent);
      },
    ),
  );
});

test('a message that is too large is named by its start and end, and the next one arrives', async () => {
  const lengths = fc.integer({ min: 2_001, max: 8_000 });
  await fc.assert(
    fc.asyncProperty(lengths, fc.integer({ min: 1, max: 3_000 }), async (length, cut) => {
      const { input, received, oversized, closed } = setUp(2_000);
      const large = `{"id":7,${'x'.repeat(length - 26)},"sessionId":"AB"}`;
      const bytes = Buffer.from(`first\0${large}\0last\0`);
      for (let at = 0; at < bytes.length; at += cut) input.write(bytes.subarray(at, at + cut));
      input.end();
      await closed;
      expect(received).toEqual(['first', 'last']);
      expect(oversized).toHaveLength(1);
      expect(oversized[0]!.bytes).toBe(large.length);
      expect(oversized[0]!.start.startsWith('{"id":7,')).toBe(true);
      expect(oversized[0]!.end.endsWith('"sessionId":"AB"}')).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test('a large message in many parts takes time in proportion to its size', async () => {
  const { input, received, closed } = setUp();
  const part = Buffer.alloc(4_096, 'x');
  // If all earlier parts were copied for each new part, this would copy 137 GB.
  for (let sent = 0; sent < 32 * 1024 * 1024; sent += part.length) input.write(part);
  input.end('\0');
  await closed;
  expect(received[0]?.length).toBe(32 * 1024 * 1024);
});

test('a message is written with its NUL, and its sender is told', async () => {
  const { output, pipe } = setUp();
  await new Promise<void>((resolve) => pipe.send('{"id":1}', resolve));
  expect(String(output.read())).toBe('{"id":1}\0');
});

test('the end of either stream closes the pipe, and later messages are dropped', async () => {
  for (const which of ['input', 'output'] as const) {
    const { [which]: stream, received, input, closed, pipe } = setUp();
    stream.destroy(new Error('broken'));
    await closed;
    await new Promise<void>((resolve) => pipe.send('{}', resolve));
    expect(input.destroyed).toBe(true);
    expect(received).toEqual([]);
  }
});
