/** What tests and local clusters may use of the fake. main.ts is the same as a process. */

export { lostReply } from './faults.ts';
export type { Bill } from './ledger.ts';
export { type FirestoreFake, startFirestoreFake } from './server.ts';
