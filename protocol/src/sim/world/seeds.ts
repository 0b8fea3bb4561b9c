/** Seeds that failed once, and why. Whoever changes plan.ts or faults.ts gives them other worlds. */
export const FAILED_ONCE: readonly number[] = [
  // An OPEN that came late was ignored, and its hops stayed.
  31, 101,
  // Bytes were taken before ACCEPT, which a hop had lost.
  248,
  // A late OPEN gave a keeper that had just started the name of a channel of the one before.
  163,
  // A channel that ended while it moved left the hops of its other place.
  289,
  // A tombstone said OK to an opener that had missed the end.
  103_227,
  // An opener that found a gap left the hops to an acceptor that was over.
  103_466,
];
