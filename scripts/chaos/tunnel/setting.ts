/** Setting of the tunnel's ordeal (a chaos run): a stage with one hub and one provider, and the faults. */
import type { Setting } from '../ordeal/ordeal.ts';
import { TUNNEL_FAULTS } from './faults.ts';
import { TunnelStage } from './stage.ts';

export const TUNNEL: Setting<TunnelStage> = {
  stage: (events) => new TunnelStage(events),
  faults: TUNNEL_FAULTS,
};
