/** Tests of the owners of CDP sessions. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Sessions } from './sessions.ts';

test('a session belongs to the owner of its parent, at any depth', () => {
  const sessions = new Sessions<string>();
  sessions.addRoot('a', 'Anna');
  sessions.addRoot('b', 'Ben');
  sessions.add('a1', 'a');
  sessions.add('a2', 'a1');
  expect(sessions.owner('a2')).toBe('Anna');
  expect(sessions.owner('other')).toBeUndefined();
});

test('a session of one owner cannot be claimed from a session of another', () => {
  const sessions = new Sessions<string>();
  sessions.addRoot('a', 'Anna');
  sessions.addRoot('b', 'Ben');
  sessions.add('a1', 'a');
  sessions.add('a1', 'b');
  expect(sessions.owner('a1')).toBe('Anna');
});

test('removing a session removes exactly what was attached from it', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 40 }), fc.nat(), (parents, which) => {
      const sessions = new Sessions<number>();
      sessions.addRoot('0', 1);
      const parentOf = new Map<string, string>();
      parents.forEach((parent, at) => {
        parentOf.set(String(at + 1), String(parent % (at + 1)));
        sessions.add(String(at + 1), String(parent % (at + 1)));
      });
      const top = String(which % (parents.length + 1));
      const below = (id: string | undefined): boolean =>
        id !== undefined && (id === top || below(parentOf.get(id)));
      const removed = sessions.remove(top);
      const expected = ['0', ...parentOf.keys()].filter((id) => below(id));
      expect(removed.toSorted()).toEqual(expected.toSorted());
      expect(sessions.size).toBe(parents.length + 1 - removed.length);
      expect(sessions.remove(top)).toEqual([]);
    }),
  );
});
