/** Exports the connections between hubs for the rest of the hub. */
export { HubCalls } from './calls.ts';
export type { HubDialer } from './hub-dialer.ts';
export { Hubs } from './hubs.ts';
export type { HubMeter, LegEnd } from './meter.ts';
export { Regions } from './regions.ts';
