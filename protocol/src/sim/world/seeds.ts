/**
 * Seeds whose simulated worlds once broke an invariant, with the reason. A change to plan.ts or faults.ts
 * changes the worlds of these seeds.
 */
export const FAILED_ONCE: readonly number[] = [
  // A late OPEN frame was ignored. The relays had already created state for it, and never released that
  // state.
  31, 101,
  // A relay lost the ACCEPT frame, and the opener accepted the data that came after it.
  248,
  // After a restart of the keeper, a late OPEN frame created a channel with the epoch (the id) of an older
  // channel.
  163,
  // A channel ended while it moved to another connection. The relays on one of the two paths kept their
  // state.
  289,
  // The keeper remembered that a channel had ended, and answered OK to an opener that had missed the end.
  103_227,
  // Bytes were missing. The opener relied on the acceptor to release the relays' state, but the acceptor was
  // already closed.
  103_466,
];
