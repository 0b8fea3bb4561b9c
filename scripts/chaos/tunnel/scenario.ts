/**
 * Part of the chaos run with one hub and one provider: combines the processes of the run (the environment)
 * with the faults that can occur.
 */
import { commonFaults, faultKinds } from '../run/common-faults.ts';
import type { Scenario } from '../run/run.ts';
import { CONSUMERS, TunnelEnvironment } from './tunnel-environment.ts';

export const TUNNEL: Scenario<TunnelEnvironment> = {
  environment: (events) => new TunnelEnvironment(events),
  faults: faultKinds(commonFaults({ hubs: 1, providers: 1, consumers: CONSUMERS })),
};
