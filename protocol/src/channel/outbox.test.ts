import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Outbox } from './outbox.ts';

test('returns exactly the bytes that were pushed, in order, never more than asked for', () => {
  const step = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((push) => ({ push })),
    fc.integer({ min: 0, max: 60 }).map((pull) => ({ pull })),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const outbox = new Outbox();
      const pushed: number[] = [];
      const pulled: number[] = [];
      for (const step of steps) {
        if ('push' in step) {
          outbox.push(step.push);
          pushed.push(...step.push);
        } else {
          const bytes = outbox.pull(step.pull);
          expect(bytes?.length ?? 0).toBe(Math.min(step.pull, pushed.length - pulled.length));
          pulled.push(...(bytes ?? []));
        }
        expect(outbox.size).toBe(pushed.length - pulled.length);
      }
      expect(pulled).toEqual(pushed.slice(0, pulled.length));
    }),
  );
});
