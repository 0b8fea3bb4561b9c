import { expect, test } from 'vitest';
import { costs } from './profile.ts';

const frame = (functionName: string, url = '') => ({ functionName, url, lineNumber: 8 });
const PROFILE = JSON.stringify({
  nodes: [
    { id: 1, callFrame: frame('(idle)') },
    { id: 2, callFrame: frame('writev') },
    { id: 3, callFrame: frame('flush', 'file:///somewhere/src/sender.ts') },
  ],
  startTime: 1_000,
  samples: [2, 1, 3, 2, 3],
  timeDeltas: [0, 30, 1_000, 10, 10],
});

test('shares are relative to the time in which the process was busy', () => {
  expect(costs(PROFILE)).toEqual([
    { what: 'writev', share: 0.8 },
    { what: 'flush (src/sender.ts:9)', share: 0.2 },
  ]);
});

test('only samples in the given period count', () => {
  expect(costs(PROFILE, 2_030)).toEqual([
    { what: 'flush (src/sender.ts:9)', share: 0.5 },
    { what: 'writev', share: 0.5 },
  ]);
});
