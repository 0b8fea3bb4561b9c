/** Seeds that once failed, and why. After changes to plan.ts or faults.ts they stand for other worlds. */
export const FAILED_ONCE: readonly number[] = [
  // A late OPEN was ignored, and its hops were never released.
  31, 101,
  // The opener took bytes before ACCEPT, which a hop had lost.
  248,
  // After a keeper restarted, a late OPEN created a channel with an older channel's epoch.
  163,
  // A channel ended while it moved, and the hops of its other attachment remained.
  289,
  // A tombstone answered OK to an opener that had missed the end.
  103_227,
  // An opener found a gap and left its hops to an acceptor that was already closed.
  103_466,
];
