/** The fake's public interface for tests and local clusters. main.ts runs the fake as a process. */
export type { Bill } from './ledger.ts';
export { lostReply } from './mischief.ts';
export { type FirestoreFake, startFirestoreFake } from './server.ts';
