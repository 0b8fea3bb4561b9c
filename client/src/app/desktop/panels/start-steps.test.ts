/** The steps that are shown while a desktop starts. */
import { expect, test } from 'vitest';
import { fakeDesktop } from '../../testing/index.ts';
import { sentenceFor, startSteps } from './start-steps.ts';

test('each step shows how long it took, and the one that runs counts on', () => {
  const phases = [
    { phase: 'reserved', at: 1_000 },
    { phase: 'launching', at: 1_200 },
    { phase: 'booting', at: 3_000 },
  ] as const;
  const steps = startSteps(fakeDesktop({ phase: 'booting' }), phases, 4_500);
  expect(steps.map(({ phase, state, ms }) => [phase, state, ms])).toEqual([
    ['reserved', 'done', 200],
    ['launching', 'done', 1_800],
    ['booting', 'now', 1_500],
    ['painting', 'later', undefined],
  ]);
});

test('a step that passed before the page was opened is done, without a time', () => {
  const steps = startSteps(fakeDesktop({ phase: 'painting' }), [{ phase: 'painting', at: 5_000 }], 5_500);
  expect(steps.slice(0, 2).map(({ state, ms }) => [state, ms])).toEqual([
    ['done', undefined],
    ['done', undefined],
  ]);
});

test('waiting is a step only for a desktop that waits, and says why', () => {
  const waiting = fakeDesktop({ phase: 'waiting', reason: 'All 2 places are taken.' });
  const steps = startSteps(waiting, [{ phase: 'waiting', at: 0 }], 100);
  expect(steps.find(({ state }) => state === 'now')?.phase).toBe('waiting');
  expect(sentenceFor(waiting)).toBe('All 2 places are taken.');
  expect(sentenceFor({ ...waiting, reason: null })).toMatch(/starts by itself/);
});
