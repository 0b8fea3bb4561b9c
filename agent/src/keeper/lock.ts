/** A lock that allows one keeper per folder. The system releases it when its holder ends, even if it is killed. */
import { DatabaseSync } from 'node:sqlite';

/** SQLITE_BUSY */
const BUSY = 5;

/** Returns a function that releases the lock, or undefined if it is held, by another process or by this one. */
export function tryLock(path: string): (() => void) | undefined {
  // Node has no API for file locks. An open SQLite transaction serves as one.
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
