import { expect, test } from 'vitest';
import type { ChannelStatus } from '../../sdk/index.ts';
import { lineState } from './line-state.ts';

const EXPECTED: Record<ChannelStatus, { up: string; down: string }> = {
  connecting: { up: 'Connecting', down: 'Connecting' },
  connected: { up: 'Connected', down: 'Reconnecting' },
  reconnecting: { up: 'Reconnecting', down: 'Reconnecting' },
  'provider-offline': { up: 'Provider offline', down: 'Reconnecting' },
  closed: { up: 'Ended', down: 'Ended' },
};

test('every status has its words, and a lost hub is told before a lost provider', () => {
  for (const [status, { up, down }] of Object.entries(EXPECTED) as [
    ChannelStatus,
    { up: string; down: string },
  ][]) {
    expect(lineState(status, true).label).toBe(up);
    expect(lineState(status, false).label).toBe(down);
  }
});

test('the drawing breaks at the piece that is down', () => {
  expect(lineState('connected', true)).toMatchObject({ toHub: 'up', toMachine: 'up' });
  expect(lineState('reconnecting', false)).toMatchObject({ toHub: 'wait', toMachine: 'off' });
  expect(lineState('provider-offline', true)).toMatchObject({ toHub: 'up', toMachine: 'down' });
});
