/** Allows one process per data folder. It uses SQLite's file lock, which is freed however its holder dies. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Locks the folder until this process ends; throws if another process holds it. */
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
  // The database stays referenced, because garbage collection would free the lock.
  held.push(database);
}

const held: DatabaseSync[] = [];
