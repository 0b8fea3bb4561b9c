import { expect, test } from 'vitest';
import { apiError } from '../testing/index.ts';
import { failureOf } from './failure.ts';

test("a hub's error keeps its own sentence, which names the remedy", () => {
  const error = apiError('NO_CAPACITY', 'No provider has 2 GiB free. Choose a smaller size.');
  expect(failureOf(error)).toEqual({
    code: 'NO_CAPACITY',
    message: 'No provider has 2 GiB free. Choose a smaller size.',
  });
});

test('a hub that does not answer is said in words, not in those of fetch', () => {
  const failed = new TypeError('Failed to fetch');
  for (const error of [failed, new Error('Failed to fetch', { cause: failed })]) {
    expect(failureOf(error)).toMatchObject({
      code: undefined,
      message: expect.stringContaining('npm start'),
    });
  }
});
