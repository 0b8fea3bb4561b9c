import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jobNameOf, tokenOf, userHash } from './job-name.ts';

const MS = 1_700_000_000_000;

describe('the name of a job', () => {
  test("has the hub's own user ids as they are", () => {
    expect(jobNameOf({ userId: 'u-k3v9w2m8x4qa', createdAt: MS, attempt: 1 })).toBe(
      `vnc-u-k3v9w2m8x4qa-${MS}`,
    );
    expect(jobNameOf({ userId: 'pool', createdAt: MS, attempt: 1 })).toBe(`vnc-pool-${MS}`);
  });

  test('has other user ids shortened, made legal and told apart by a hash', () => {
    const of = (userId: string) => jobNameOf({ userId, createdAt: MS, attempt: 1 });
    expect(of('Alice@example.org')).toMatch(/^vnc-alice-exampl-[0-9a-f]{16}-\d+$/);
    expect(of('Alice@example.org')).not.toBe(of('alice@example.org'));
    expect(of('日本')).toMatch(/^vnc-[0-9a-f]{16}-\d+$/);
  });

  test('is accepted by Cloud Run with its token, whatever the user id', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.integer({ min: 0, max: 9_999_999_999_999 }),
        fc.integer({ min: 1, max: 999 }),
        (userId, createdAt, attempt) => {
          const name = jobNameOf({ userId, createdAt, attempt });
          expect(name).toMatch(/^vnc-[a-z0-9]+(-[a-z0-9]+)*$/);
          expect(name.length + tokenOf(attempt).length).toBeLessThan(63);
        },
      ),
    );
  });

  test('is refused for times and attempts that no row has', () => {
    expect(() => jobNameOf({ userId: 'u', createdAt: 1.5, attempt: 1 })).toThrow('createdAt');
    expect(() => jobNameOf({ userId: 'u', createdAt: 1, attempt: 0 })).toThrow('attempt');
  });

  test('a user hash is legal in a label', () => {
    expect(userHash('Alice@example.org')).toMatch(/^[0-9a-f]{32}$/);
  });
});
