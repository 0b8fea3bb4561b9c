/** The public interface of the fake Firestore server for tests. To run it as a process, use main.ts. */

export { lostReply } from './faults.ts';
export type { Bill } from './ledger.ts';
export { type FirestoreFake, startFirestoreFake } from './server.ts';
