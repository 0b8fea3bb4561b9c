/**
 * Seeds whose worlds once broke an invariant, and why. After changes to plan.ts or faults.ts these seeds make other
 * worlds.
 */
export const FAILED_ONCE: readonly number[] = [
  // A late OPEN was ignored, and the hops that it had made were never released.
  31, 101,
  // A hop lost ACCEPT, and the opener took the bytes that came after it.
  248,
  // After a keeper restarted, a late OPEN created a channel with an older channel's epoch.
  163,
  // A channel ended while it moved, and the hops of its other attachment remained.
  289,
  // A tombstone answered OK to an opener that had missed the end.
  103_227,
  // Bytes were missing, and the opener left it to the acceptor to release the hops; but the acceptor was already
  // closed.
  103_466,
];
