/** The difference of two texts, as Backspaces and a text to type. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changeBetween } from './typed-change.ts';

test('what was added is typed', () => {
  expect(changeBetween('ab', 'abc d')).toEqual({ backspaces: 0, text: 'c d' });
  expect(changeBetween('ab', 'ab')).toEqual({ backspaces: 0, text: '' });
});

test('a corrected word is deleted from the end, and typed again', () => {
  expect(changeBetween('teh ', 'the ')).toEqual({ backspaces: 3, text: 'he ' });
  expect(changeBetween('to', '')).toEqual({ backspaces: 2, text: '' });
});

test('one Backspace deletes a sign of several characters, and one of two marks', () => {
  expect(changeBetween('a👩‍👩‍👧', 'a')).toEqual({ backspaces: 1, text: '' });
  expect(changeBetween('🇩🇪🇫🇷', '🇩🇪')).toEqual({ backspaces: 1, text: '' });
  expect(changeBetween('क्', '')).toEqual({ backspaces: 2, text: '' });
});

test('from any text, the change leads to any other', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', 'é', '日', '😀', '\n') });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const { backspaces, text } = changeBetween(before, after);
      expect([...before].slice(0, [...before].length - backspaces).join('') + text).toBe(after);
    }),
  );
});
