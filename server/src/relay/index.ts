/** What the rest of the hub uses of the relay. */
export { type Elsewhere, type Grant, type Identity, NOWHERE_ELSE, type RelayDeps } from './deps.ts';
export type { ChannelPath, RelayMeter } from './meter.ts';
export { parse } from './parse.ts';
export { Rate } from './rate.ts';
export { Relay } from './relay.ts';
