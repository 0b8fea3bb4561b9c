/** Removes files from a node_modules that no running hub opens: half of its size. Used in server/Dockerfile, too. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** TypeScript, which tRPC depends on for its types only. */
const TYPESCRIPT = ['typescript', '@typescript'];
/** Files that Node never loads from packages: source maps, TypeScript, documents. */
const UNUSED = /\.(map|ts|mts|cts|md)$/;

export async function trimModules(folder: string): Promise<void> {
  for (const name of TYPESCRIPT) await rm(join(folder, name), { recursive: true, force: true });
  // Symbolic links, which lead to UniCore's own packages, are not followed.
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && UNUSED.test(entry.name)) await rm(join(entry.parentPath, entry.name));
  }
}

if (import.meta.main) await trimModules(process.argv[2] ?? 'node_modules');
