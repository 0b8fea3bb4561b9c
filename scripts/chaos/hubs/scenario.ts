/** Scenario of the hubs' chaos run: its environment and its faults. */
import type { Scenario } from '../run/run.ts';
import { hubsFaults } from './faults.ts';
import { HubsEnvironment, type HubsOptions } from './hubs-environment.ts';

export function hubsScenario(options: HubsOptions): Scenario<HubsEnvironment> {
  return { environment: (events) => new HubsEnvironment(options, events), faults: hubsFaults(options) };
}
