/** Public interface of the connections between hubs. */
export { HubCalls } from './calls.ts';
export { Hubs } from './hubs.ts';
export type { HubMeter, LegEnd } from './meter.ts';
export { type Place, Regions } from './regions.ts';
export type { Way } from './way.ts';
