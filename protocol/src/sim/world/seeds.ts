/**
 * Seeds whose simulated worlds once broke an invariant, with the reason. A change to plan.ts or faults.ts
 * changes the worlds of these seeds.
 */
export const FAILED_ONCE: readonly number[] = [
  // Old bug: a late OPEN frame was ignored. The relays had already created state for it, and never released
  // that state.
  31, 101,
  // Old bug: a relay lost the ACCEPT frame, but the opener still accepted the data that came after it.
  248,
  // Old bug: after a restart of the keeper, a late OPEN frame created a channel with the epoch (the id) of an
  // older channel.
  163,
  // Old bug: a channel ended while it moved to another connection. The relays on one of the two paths kept
  // their state.
  289,
  // Old bug: the opener had missed the end of the channel and asked again. The keeper remembered that the
  // channel had ended, and wrongly answered OK.
  103_227,
  // Old bug: the opener saw that bytes were missing, and gave up its channel number without a message. It
  // relied on the acceptor to release the relays' state. But the acceptor was already closed, so the relays
  // kept their state.
  103_466,
];
