/** Errors become sentences for a person. */
import { expect, test } from 'vitest';
import { apiError } from '../testing/index.ts';
import { failureOf } from './failure.ts';

test('an error from the hub keeps its own sentence', () => {
  const error = apiError('NO_CAPACITY', 'No provider has 2 GiB free. Choose a smaller size.');
  expect(failureOf(error)).toEqual({
    code: 'NO_CAPACITY',
    message: 'No provider has 2 GiB free. Choose a smaller size.',
  });
});

test('an unreachable hub is described in a sentence, not in the words of fetch', () => {
  const failed = new TypeError('Failed to fetch');
  for (const error of [failed, new Error('Failed to fetch', { cause: failed })]) {
    expect(failureOf(error)).toMatchObject({
      code: undefined,
      message: expect.stringContaining('npm start'),
    });
  }
});
