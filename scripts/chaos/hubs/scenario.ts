/** The ordeal of several hubs. */
import type { Setting } from '../run/run.ts';
import { hubsFaults } from './faults.ts';
import { HubsStage, type HubsStageOptions } from './hubs-environment.ts';

export function hubsSetting(options: HubsStageOptions): Setting<HubsStage> {
  return { stage: (events) => new HubsStage(options, events), faults: hubsFaults(options) };
}
