/** Share links of desktops, as people paste them. */
import { expect, test } from 'vitest';
import { readShareLink } from './share-link.ts';

test('a link names the desktop and has its token', () => {
  expect(readShareLink('https://hub.example/desktop/shared#ds-1.tok_en-9')).toEqual({
    sessionId: 'ds-1',
    token: 'tok_en-9',
  });
});

test.each([
  'https://hub.example/desktop/shared',
  'https://hub.example/desktop/shared#ds-1',
  'https://hub.example/desktop/shared#.token',
  'https://hub.example/desktop/shared#ds-1.',
  'https://hub.example/desktop/shared#ds-1.to ken',
  'https://hub.example/desktop/shared?ds-1.token',
  'ds-1.token',
  '',
])('%j is none', (url) => {
  expect(readShareLink(url)).toBeUndefined();
});
