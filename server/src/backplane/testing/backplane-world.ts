/** What the backplane's test suites need from an implementation. */
import type { Backplane } from '../backplane.ts';

/** A separate backplane for one test, which hubs can join. */
export interface BackplaneWorld {
  join(): Promise<Backplane>;
  close(): Promise<void>;
}
