/** Names one attempt's job, and what a list shows of it. */
import type { Owner } from './labels.ts';
import type { Place } from './place.ts';
import type { Sight } from './sight.ts';

/** One attempt's job. Session and attempt keep a late call from touching a newer job of the same name. */
export interface JobRef extends Owner {
  readonly place: Place;
  readonly jobName: string;
}

export interface ListedJob extends JobRef, Sight {
  /** A time of Google's clock, ms since 1970. */
  readonly createdAt: number;
}
