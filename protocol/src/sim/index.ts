/** Simulated time and simulated sockets, for tests of code that uses the protocol. */

export { SimClock } from './clock.ts';
export { expectedBytes } from './expected-bytes.ts';
export { Flow } from './flow.ts';
export { legPair } from './leg-pair.ts';
export { Random } from './random.ts';
export { Wire } from './wire.ts';
