/** The ordeal of the tunnel: one hub, one provider. */
import type { Setting } from '../run/run.ts';
import { TUNNEL_FAULTS } from './faults.ts';
import { TunnelStage } from './tunnel-environment.ts';

export const TUNNEL: Setting<TunnelStage> = {
  stage: (events) => new TunnelStage(events),
  faults: TUNNEL_FAULTS,
};
