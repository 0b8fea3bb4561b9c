/** Defines what the test suites of the backplane need from an implementation. */
import type { Backplane } from '../backplane.ts';

/** A separate backplane for one test. Hubs can join it. */
export interface BackplaneWorld {
  join(): Promise<Backplane>;
  close(): Promise<void>;
}
