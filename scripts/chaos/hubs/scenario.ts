/**
 * Part of the chaos run with several hubs: combines the processes of the run (the environment) with the
 * faults that can occur.
 */
import type { Scenario } from '../run/run.ts';
import { hubsFaults } from './faults.ts';
import { HubsEnvironment, type HubsOptions } from './hubs-environment.ts';

export function hubsScenario(options: HubsOptions): Scenario<HubsEnvironment> {
  return { environment: (events) => new HubsEnvironment(options, events), faults: hubsFaults(options) };
}
