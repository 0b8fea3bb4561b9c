/** The public interface of live lists for the rest of the hub. */
export { Watch, type WatchDeps } from './watch.ts';
