/** The title that a tab shows. */
import { expect, test } from 'vitest';
import { tabTitle } from './tab-title.ts';

test('the title of a tab leaves out user and host, and nothing else', () => {
  expect(
    [
      'consumer@vm-k2rvfzm2d84b: ~',
      'ada@desk:/srv/www',
      'mail@example.org:',
      'notes.txt (~) - VIM',
      'to: ada',
      '',
    ].map(tabTitle),
  ).toEqual(['~', '/srv/www', 'mail@example.org:', 'notes.txt (~) - VIM', 'to: ada', '']);
});
