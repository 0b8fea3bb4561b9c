/**
 * A lock that allows only one process per folder. The operating system releases the lock when the process with
 * the lock ends or is killed.
 */
import { DatabaseSync } from 'node:sqlite';

/** SQLITE_BUSY */
const BUSY = 5;

/**
 * Returns a function that releases the lock. Returns undefined if another process, or this process, already
 * has the lock.
 */
export function tryLock(path: string): (() => void) | undefined {
  // Node has no API for file locks. An open SQLite transaction serves as the lock.
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
