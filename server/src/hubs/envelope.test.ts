import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seal, unseal } from './envelope.ts';
import { MailMemory } from './mail-memory.ts';

const Name = fc.stringMatching(/^[0-9a-f]{32}$/);
const Position = fc.nat({ max: 2 ** 48 - 1 });
const Letter = fc.record({
  from: Name,
  to: Name,
  leg: fc.nat({ max: 2 ** 32 - 1 }),
  dialled: fc.boolean(),
  position: Position,
  limit: Position,
  closed: fc.nat({ max: 0xffff }),
  messages: fc.array(fc.uint8Array({ minLength: 1, maxLength: 200 })),
});

test('an envelope is decoded as it was encoded, whatever its buffer held before', () => {
  const memory = new MailMemory();
  fc.assert(
    fc.property(Letter, (letter) => {
      const mail = seal(letter, memory);
      const { messages, ...header } = unseal(mail);
      expect({ ...header, messages: messages.map((message) => new Uint8Array(message)) }).toEqual(letter);
      memory.giveBack(mail);
    }),
  );
});

test('a malformed envelope or one of another version is refused, and the error says what to do', () => {
  const refusal = expect.objectContaining({
    code: 'BAD_REQUEST',
    message: expect.stringContaining('same version'),
  });
  fc.assert(
    fc.property(Letter, fc.nat({ max: 1_000 }), (letter, cut) => {
      const whole = seal({ ...letter, messages: [Uint8Array.of(1, 2, 3)] });
      const part = whole.subarray(0, cut % whole.length);
      // An envelope that consists only of a header is valid and has no messages.
      if (part.length !== 52) expect(() => unseal(part)).toThrow(refusal);
    }),
  );
  fc.assert(
    fc.property(
      fc.uint8Array().filter(([layout]) => layout !== 1),
      (bytes) => {
        expect(() => unseal(Buffer.from(bytes))).toThrow(refusal);
      },
    ),
  );
});
