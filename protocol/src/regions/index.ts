/**
 * Chooses the hub to which a client connects, by measured round trip. Imports only the folders `time` and
 * `wire`.
 */
export type { HubPlace } from './hub-place.ts';
export { type HubDistance, Nearest, type NearestOptions } from './nearest.ts';
