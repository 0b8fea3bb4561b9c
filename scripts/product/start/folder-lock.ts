/**
 * Allows only one process per data folder. The lock is SQLite's file lock, which is freed when its process
 * ends, even after a crash.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Locks the folder until this process ends. Throws if another process has locked the folder. */
export function lockFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(join(folder, 'running.lock'));
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (cause) {
    throw new Error(
      `UniCore is running on ${folder} already. Stop that one, or give this one a folder of its own with --data DIR.`,
      { cause },
    );
  }
  // This reference keeps the SQLite database of the lock open. Otherwise garbage collection would close the
  // database and free the lock.
  held.push(database);
}

const held: DatabaseSync[] = [];
