/**
 * Deletes the files in node_modules that a running hub never opens, about half of its size. server/Dockerfile runs it,
 * too.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** tRPC depends on TypeScript for its types only. */
const TYPESCRIPT = ['typescript', '@typescript'];
/** Files that Node never loads from packages. */
const UNUSED = /\.(map|ts|mts|cts|md)$/;

export async function trimModules(folder: string): Promise<void> {
  for (const name of TYPESCRIPT) await rm(join(folder, name), { recursive: true, force: true });
  // Symbolic links lead to our own workspaces and are not followed.
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && UNUSED.test(entry.name)) await rm(join(entry.parentPath, entry.name));
  }
}

if (import.meta.main) await trimModules(process.argv[2] ?? 'node_modules');
