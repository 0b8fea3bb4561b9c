/** Simulated time and sockets, for tests of everything that uses the protocol. */

export { SimClock } from './clock.ts';
export { legPair } from './leg-pair.ts';
export { Path } from './path.ts';
export { Wire } from './wire.ts';
