/** How the states of a machine are shown. */
import { VmState } from '@unicore/protocol/api';
import { expect, test } from 'vitest';
import { reasonOf, stateView } from './vm-state-view.ts';

test('every state has a label, and no state offers both start and open', () => {
  for (const state of VmState.options) {
    const view = stateView({ state });
    expect(view.label).not.toBe('');
    expect(view.terminal && view.action === 'start', state).toBe(false);
  }
});

test("the hub's reason is shown in place of the general one", () => {
  expect(reasonOf({ state: 'queued', reason: 'No provider has 4 GiB free.' })).toBe(
    'No provider has 4 GiB free.',
  );
  expect(reasonOf({ state: 'queued', reason: null })).toContain('Providers page');
  expect(reasonOf({ state: 'running', reason: null })).toBeUndefined();
});
