/** Setting of the hubs' ordeal (a chaos run): the stage with its processes, and the faults. */
import type { Setting } from '../ordeal/ordeal.ts';
import { hubsFaults } from './faults.ts';
import { HubsStage, type HubsStageOptions } from './stage.ts';

export function hubsSetting(options: HubsStageOptions): Setting<HubsStage> {
  return { stage: (events) => new HubsStage(options, events), faults: hubsFaults(options) };
}
