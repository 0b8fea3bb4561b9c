/** What the rest of the hub uses of live lists. */
export { Watch, type WatchDeps } from './watch.ts';
