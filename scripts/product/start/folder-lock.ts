/** One process per data folder. SQLite's file lock serves, as it goes with its holder, however that one dies. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Holds the folder until this process ends, or says that another one does. */
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
  // Collected as garbage, it would let go.
  held.push(database);
}

const held: DatabaseSync[] = [];
