/** Chaos with the tunnel: one hub, one provider. */
import type { Scenario } from '../run/run.ts';
import { TUNNEL_FAULTS } from './faults.ts';
import { TunnelEnvironment } from './tunnel-environment.ts';

export const TUNNEL: Scenario<TunnelEnvironment> = {
  environment: (events) => new TunnelEnvironment(events),
  faults: TUNNEL_FAULTS,
};
