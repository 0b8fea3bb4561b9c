/** Events for listeners that are slow or disconnected. */
import { expect, test } from 'vitest';
import { Newest } from './newest.ts';

test('of news that come before an answer, only the newest is told', async () => {
  const newest = new Newest();
  const told: string[] = [];
  const answers: (() => void)[] = [];
  const tell = (kind: string, what: string) =>
    void newest.tell(kind, () => {
      told.push(what);
      return new Promise((answer) => answers.push(answer));
    });
  for (const what of ['a1', 'a2', 'a3']) tell('a', what);
  tell('b', 'b1');
  expect(told).toEqual(['a1', 'b1']);
  answers[0]!();
  await new Promise(setImmediate);
  expect(told).toEqual(['a1', 'b1', 'a3']);
});

test('news after a failed call are told', async () => {
  const newest = new Newest();
  const told: string[] = [];
  await newest.tell('a', () => Promise.reject(new Error('gone')));
  await newest.tell('a', async () => void told.push('a2'));
  expect(told).toEqual(['a2']);
});
