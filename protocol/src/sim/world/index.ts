/** A simulated world of the protocol, created from a seed, for tests and for `npm run chaos -- sim`. */
export { Found, hunt } from './failing-seed.ts';
export { Path } from './path.ts';
export { type Outcome, type SimulateOptions, simulate } from './world.ts';
