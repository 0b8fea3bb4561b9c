import { expect, test } from 'vitest';
import { tabTitle } from './tab-title.ts';

test('a tab leaves out what all terminals of a machine have in common, and nothing else', () => {
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
