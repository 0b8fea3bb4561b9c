/**
 * Deletes files in a node_modules folder that a running hub never opens, which halves the folder's size.
 * server/Dockerfile runs this script, too.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Packages of TypeScript. tRPC depends on them only for types, so a running hub does not need them. */
const TYPESCRIPT = ['typescript', '@typescript'];
/** Matches files of packages that Node never loads: source maps, TypeScript sources and documents. */
const UNUSED = /\.(map|ts|mts|cts|md)$/;

export async function trimModules(folder: string): Promise<void> {
  for (const name of TYPESCRIPT) await rm(join(folder, name), { recursive: true, force: true });
  // UniCore's own packages stay complete: they are symbolic links, which `readdir` does not follow.
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && UNUSED.test(entry.name)) await rm(join(entry.parentPath, entry.name));
  }
}

if (import.meta.main) await trimModules(process.argv[2] ?? 'node_modules');
