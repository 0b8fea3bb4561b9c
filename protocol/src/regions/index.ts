/** Which hub of several a client dials, by measured distance. Imports `time` and `wire`. */
export type { HubPlace } from './hub-place.ts';
export { type HubDistance, Nearest, type NearestOptions } from './nearest.ts';
