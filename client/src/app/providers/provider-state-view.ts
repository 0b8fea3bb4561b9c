/** Label, colour and explanation for each state of a provider. */
import type { Provider } from '@unicore/protocol/api';
import type { Tone } from '../ui/index.ts';

interface StateView {
  label: string;
  tone: Tone;
  meaning?: string;
}

const STATES: Record<Provider['state'], StateView> = {
  pending: {
    label: 'Joining',
    tone: 'wait',
    meaning: 'It has joined but not connected yet. Run "npm run agent -- run" on it.',
  },
  online: { label: 'Online', tone: 'live' },
  suspect: {
    label: 'Silent',
    tone: 'wait',
    meaning: 'It has been silent for 10 s. Its machines come back by themselves when it does.',
  },
  offline: {
    label: 'Offline',
    tone: 'fault',
    meaning: 'Its agent does not run, or has no network. Run "npm run agent -- run" on it.',
  },
  draining: {
    label: 'Draining',
    tone: 'wait',
    meaning: 'It takes no new machines; its last ones are leaving.',
  },
  drained: { label: 'Drained', tone: 'off', meaning: 'It takes no machines until it is resumed.' },
  revoked: { label: 'Revoked', tone: 'off', meaning: 'It may not connect any more.' },
};

export function providerView(provider: Pick<Provider, 'state'>): StateView {
  return STATES[provider.state];
}
