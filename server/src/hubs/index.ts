/** What the rest of the hub uses of its legs to others. */
export { HubCalls } from './calls.ts';
export type { HubDialer } from './hub-dialer.ts';
export { Hubs } from './hubs.ts';
export type { HubMeter, LegEnd } from './meter.ts';
export { Regions } from './regions.ts';
