/** A relay's part: two channel numbers on two legs joined to one channel. Imports `leg` and `wire`. */
export { Budget } from './budget.ts';
export { Hop } from './hop.ts';
export { type Joined, join } from './join.ts';
