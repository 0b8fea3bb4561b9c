/** How the queue makes a program wait for a slow reader. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SendQueue } from './send-queue.ts';

test('each push is reported as taken exactly when its last byte was taken, in order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(40), { maxLength: 20 }),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
      (sizes, pulls) => {
        const queue = new SendQueue();
        const taken: number[] = [];
        for (const [index, size] of sizes.entries()) {
          queue.push(new Uint8Array(size).fill(index), () => taken.push(index));
        }
        let total = 0;
        for (let turn = 0; queue.size > 0; turn++) {
          total += queue.pull(pulls[turn % pulls.length]!)?.length ?? 0;
          let end = 0;
          const due = sizes.flatMap((size, index) => {
            end += size;
            return end <= total ? [index] : [];
          });
          expect(taken).toEqual(due);
        }
      },
    ),
  );
});
