/** Recorded programs, and the keys that were typed in them. */
export { SESSIONS } from './sessions.ts';
