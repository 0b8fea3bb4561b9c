/** Takes out of a node_modules what no running hub opens: half of its size. Run in server/Dockerfile, too. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** tRPC asks for it, for its types only. */
const TYPESCRIPT = ['typescript', '@typescript'];
/** Node runs no TypeScript of packages. */
const UNUSED = /\.(map|ts|mts|cts|md)$/;

export async function trimModules(folder: string): Promise<void> {
  for (const name of TYPESCRIPT) await rm(join(folder, name), { recursive: true, force: true });
  // Links, which lead to our own packages, are not followed.
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && UNUSED.test(entry.name)) await rm(join(entry.parentPath, entry.name));
  }
}

if (import.meta.main) await trimModules(process.argv[2] ?? 'node_modules');
