/** What the page remembers of a desktop and its phases. */
import { expect, test } from 'vitest';
import { fakeDesktop } from '../testing/index.ts';
import { applyDesktop, type KnownDesktop } from './desktop-events.ts';

const at = (phase: 'reserved' | 'launching' | 'running', phaseAt: number, sessionId = 'ds_1') =>
  fakeDesktop({ phase, phaseAt, sessionId, createdAt: 0 });

test('the time of each phase that was heard is kept', () => {
  let known: KnownDesktop | undefined;
  for (const event of [at('reserved', 1), at('launching', 5), at('launching', 5), at('running', 9)]) {
    known = applyDesktop(known, event);
  }
  expect(known?.phases).toEqual([
    { phase: 'reserved', at: 1 },
    { phase: 'launching', at: 5 },
    { phase: 'running', at: 9 },
  ]);
});

test('an answer that is older than an event changes nothing', () => {
  const known = applyDesktop(undefined, at('running', 9));
  expect(applyDesktop(known, at('launching', 5))).toBe(known);
});

test('a new desktop begins with its own phases', () => {
  const known = applyDesktop(undefined, at('running', 9));
  expect(applyDesktop(known, at('reserved', 20, 'ds_2')).phases).toEqual([{ phase: 'reserved', at: 20 }]);
});
