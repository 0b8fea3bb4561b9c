/** Clock, timers and pauses. This folder imports no other folder. */
export { Alarm } from './alarm.ts';
export { Backoff, RECOVERY_MS, RECOVERY_PAUSE_MS } from './backoff.ts';
export { type Clock, systemClock } from './clock.ts';
export { roundTrip } from './round-trip.ts';
export { spread } from './spread.ts';
