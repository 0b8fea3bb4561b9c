/**
 * Allows one process per data folder. SQLite's file lock is used because it ends with its process, even after SIGKILL.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Locks the folder until this process ends. Throws if another process holds it. */
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
  // A database object that is garbage-collected would release its lock.
  held.push(database);
}

const held: DatabaseSync[] = [];
