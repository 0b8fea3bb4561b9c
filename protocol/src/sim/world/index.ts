/**
 * Simulates a world of hubs, providers and consumers from a seed. Used by tests and by `npm run chaos --
 * sim`.
 */
export { Found, hunt } from './failing-seed.ts';
export { Path } from './path.ts';
export { type Outcome, type SimulateOptions, simulate } from './world.ts';
