/** The job of one attempt, and how it appears in a list. */
import type { Owner } from './labels.ts';
import type { Place } from './place.ts';
import type { Sight } from './sight.ts';

/**
 * Names the job of one attempt. Session and attempt are compared, so that a late call does not change a newer job
 * of the same name.
 */
export interface JobRef extends Owner {
  readonly place: Place;
  readonly jobName: string;
}

export interface ListedJob extends JobRef, Sight {
  /** Time by Google's clock, ms since 1970. */
  readonly createdAt: number;
}
