/** How the state of a terminal's connection is shown. */
import { expect, test } from 'vitest';
import type { ChannelStatus } from '../../sdk/index.ts';
import { lineState } from './line-state.ts';

/**
 * Labels with a reachable hub, with an unreachable hub, and with a provider from which the hub hears nothing.
 */
const EXPECTED: Record<ChannelStatus, [up: string, down: string, silent: string]> = {
  connecting: ['Connecting', 'Connecting', 'Provider unreachable'],
  connected: ['Connected', 'Reconnecting', 'Provider unreachable'],
  reconnecting: ['Reconnecting', 'Reconnecting', 'Provider unreachable'],
  'provider-offline': ['Provider offline', 'Reconnecting', 'Provider offline'],
  closed: ['Ended', 'Ended', 'Ended'],
};

test('every status has a label, and the label names the nearest broken piece', () => {
  for (const status of Object.keys(EXPECTED) as ChannelStatus[]) {
    const [up, down, quiet] = EXPECTED[status];
    expect(lineState({ status, hubUp: true, silent: false }).label).toBe(up);
    expect(lineState({ status, hubUp: false, silent: false }).label).toBe(down);
    expect(lineState({ status, hubUp: true, silent: true }).label).toBe(quiet);
  }
});

test('the drawing breaks at the piece that is down', () => {
  const pieces = (status: ChannelStatus, hubUp: boolean, silent = false) => {
    const { toHub, toMachine } = lineState({ status, hubUp, silent });
    return [toHub, toMachine];
  };
  expect(pieces('connected', true)).toEqual(['up', 'up']);
  expect(pieces('reconnecting', false)).toEqual(['wait', 'off']);
  expect(pieces('provider-offline', true)).toEqual(['up', 'down']);
  expect(pieces('connected', true, true)).toEqual(['up', 'down']);
});
