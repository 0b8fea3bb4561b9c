/** What tests and local clusters may use of the fake. main.ts is the same as a process. */
export type { Bill } from './ledger.ts';
export { lostReply } from './mischief.ts';
export { type FirestoreFake, startFirestoreFake } from './server.ts';
