/** One keeper per folder: a lock that the system gives back when its holder is gone, however it went. */
import { DatabaseSync } from 'node:sqlite';

/** SQLITE_BUSY */
const BUSY = 5;

/** Returns what gives the lock back, or undefined while somebody else, or another part of this process, holds it. */
export function tryLock(path: string): (() => void) | undefined {
  // Node has no call for file locks, but the database in it does: an open transaction is one.
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
    return () => database.close();
  } catch (error) {
    database.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === BUSY) return undefined;
    throw error;
  }
}
