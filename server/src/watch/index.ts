/** The public interface of live lists. A live list sends its entries to a client, and then each change. */
export { Watch, type WatchDeps } from './watch.ts';
