import { expect, test } from 'vitest';
import { parseStoreAddress } from './address.ts';

test.each([
  ['sqlite', { kind: 'sqlite' }],
  ['firestore://my-project-1', { kind: 'firestore', projectId: 'my-project-1', databaseId: '(default)' }],
  [
    'firestore://my-project-1/(default)',
    { kind: 'firestore', projectId: 'my-project-1', databaseId: '(default)' },
  ],
  ['firestore://my-project-1/hubs', { kind: 'firestore', projectId: 'my-project-1', databaseId: 'hubs' }],
  [
    'firestore://example.com:my-project',
    { kind: 'firestore', projectId: 'example.com:my-project', databaseId: '(default)' },
  ],
])('%s is a valid store address', (text, address) => {
  expect(parseStoreAddress(text)).toEqual(address);
});

test.each([
  '',
  'Sqlite',
  'firestore://',
  'firestore://p/',
  'firestore://my-project/a/b',
  'firestore://my-project?x',
  'redis://x',
])('"%s" is not a store address', (text) => {
  expect(parseStoreAddress(text)).toBeUndefined();
});
