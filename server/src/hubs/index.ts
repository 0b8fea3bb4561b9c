/** What the rest of the hub uses of its legs to others. */
export { Hubs } from './hubs.ts';
