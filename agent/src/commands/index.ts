/** The commands of `unicore-agent`. */
export { type JoinOptions, joinHub } from './join.ts';
export { run } from './run.ts';
export { formatStatus, readStatus } from './status.ts';
export { stop } from './stop.ts';
