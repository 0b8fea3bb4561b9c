/** A relay joins two channel numbers on two legs into one channel. This folder imports `leg` and `wire`. */
export { Budget } from './budget.ts';
export { Hop } from './hop.ts';
export { type Joined, join } from './join.ts';
