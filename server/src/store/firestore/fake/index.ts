/** The fake's public interface for tests and local clusters. main.ts runs the fake as a process. */

export { lostReply } from './faults.ts';
export type { Bill } from './ledger.ts';
export { type FirestoreFake, startFirestoreFake } from './server.ts';
