/** Scenario of the tunnel's chaos run: an environment with one hub and one provider, and its faults. */
import type { Scenario } from '../run/run.ts';
import { TUNNEL_FAULTS } from './faults.ts';
import { TunnelEnvironment } from './tunnel-environment.ts';

export const TUNNEL: Scenario<TunnelEnvironment> = {
  environment: (events) => new TunnelEnvironment(events),
  faults: TUNNEL_FAULTS,
};
