/** The scenario of the chaos run with one hub and one provider: the environment and the possible faults. */
import { commonFaults, faultKinds } from '../run/common-faults.ts';
import type { Scenario } from '../run/run.ts';
import { CONSUMERS, TunnelEnvironment } from './tunnel-environment.ts';

export const TUNNEL: Scenario<TunnelEnvironment> = {
  environment: (events) => new TunnelEnvironment(events),
  faults: faultKinds(commonFaults({ hubs: 1, providers: 1, consumers: CONSUMERS })),
};
