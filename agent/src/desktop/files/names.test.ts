/** Which file names are allowed, and how numbers are added to them. */

import { basename, join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPartial, isPlainName, numbered } from './names.ts';

const anyName = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: fc.constantFrom('.', '/', '\\', '\0', 'a', 'ü', '👩‍👩‍👧', '\ud800'), maxLength: 300 }),
);
const plainName = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 255 })
  .filter((name) => isPlainName(name));

test('a plain name means a file in the folder itself, and can be stored', () => {
  fc.assert(
    fc.property(anyName, (name) => {
      fc.pre(isPlainName(name));
      expect(basename(join('/folder', name))).toBe(name);
      expect(join('/folder', name)).toBe(`/folder/${name}`);
      expect(Buffer.from(name).toString()).toBe(name);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
    }),
  );
});

test.each([
  '',
  '.',
  '..',
  '../a',
  'a/b',
  '/etc/passwd',
  'a\\b',
  'a\0.txt',
  'a\nb',
  '.hidden',
  '\ud800',
  'ü'.repeat(128),
])('%j is not plain', (name) => expect(isPlainName(name)).toBe(false));

test.each(['a', 'Report 2026 (final).pdf', '日本語.txt', '👩‍👩‍👧', 'a..b', '-rf', 'ü'.repeat(127)])(
  '%j is plain',
  (name) => expect(isPlainName(name)).toBe(true),
);

test('a numbered name is plain, is another one for each number, and keeps a short ending', () => {
  fc.assert(
    fc.property(plainName, fc.integer({ min: 1, max: 998 }), (name, number) => {
      const other = numbered(name, number);
      expect(isPlainName(other)).toBe(true);
      expect(other).not.toBe(name);
      expect(other).not.toBe(numbered(name, number + 1));
      expect(numbered(name, 0)).toBe(name);
    }),
  );
  expect(numbered('name.txt', 1)).toBe('name (1).txt');
  expect(numbered('name', 2)).toBe('name (2)');
  expect(numbered(`${'a'.repeat(251)}.txt`, 10)).toBe(`${'a'.repeat(246)} (10).txt`);
  expect(numbered(`a.${'b'.repeat(253)}`, 1)).toBe(`a.${'b'.repeat(249)} (1)`);
});

test('partial downloads are known by their endings', () => {
  expect(['a.crdownload', 'a.PART', 'a.part.txt', 'part'].map(isPartial)).toEqual([true, true, false, false]);
});
