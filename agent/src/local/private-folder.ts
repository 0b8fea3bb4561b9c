/**
 * The folder of a socket must be private. Any user who can open the keeper's socket can type in every terminal.
 */
import { lstatSync, mkdirSync } from 'node:fs';
import { UniCoreError } from '@unicore/protocol';

const OWNER_ONLY = 0o700;
const OTHERS = 0o077;

export function makePrivateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: OWNER_ONLY });
  requirePrivateFolder(path);
}

/**
 * Throws if other users can enter the folder. For example, another user of this machine may have created the
 * folder first.
 */
export function requirePrivateFolder(path: string): void {
  const uid = process.getuid?.();
  const stat = lstatSync(path, { throwIfNoEntry: false });
  // Windows has no uid, and its named pipes are not in any folder.
  if (uid === undefined || !stat) return;
  const isPrivate = stat.isDirectory() && stat.uid === uid && (stat.mode & OTHERS) === 0;
  if (isPrivate) return;
  throw new UniCoreError(
    'FORBIDDEN',
    `${path} must belong to you alone: chown it to yourself and chmod 700 it.`,
  );
}
