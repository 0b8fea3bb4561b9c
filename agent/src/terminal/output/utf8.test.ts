/** Tests where UTF-8 text may be split. */
import { expect, test } from 'vitest';
import { wholeLength } from './utf8.ts';

test('an incomplete character at the end is left out, complete ones are not', () => {
  const bytes = Buffer.from('aé—🙂');
  const whole = [0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10];
  for (let end = 0; end <= bytes.length; end++) expect(wholeLength(bytes.subarray(0, end))).toBe(whole[end]);
});

test('bytes that are not UTF-8 are not held back', () => {
  for (const junk of ['80', '80808080', 'ff', 'c3c3ff', 'e28080']) {
    expect(wholeLength(Buffer.from(junk, 'hex'))).toBe(junk.length / 2);
  }
});
