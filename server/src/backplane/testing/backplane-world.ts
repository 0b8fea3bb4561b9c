/** Where the hubs of a test share a backplane. */
import type { Backplane } from '../backplane.ts';

/** A world of its own that hubs join, for one test. */
export interface BackplaneWorld {
  join(): Promise<Backplane>;
  close(): Promise<void>;
}
