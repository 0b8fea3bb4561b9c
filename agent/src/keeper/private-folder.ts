/** The folder around the keeper's socket: whoever can reach the socket can type in every terminal. */
import { lstatSync, mkdirSync } from 'node:fs';
import { UniCoreError } from '@unicore/protocol';

const OWNER_ONLY = 0o700;
const OTHERS = 0o077;

export function makePrivateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: OWNER_ONLY });
  requirePrivateFolder(path);
}

/** Somebody else on this machine may have made a folder of that name before us. */
export function requirePrivateFolder(path: string): void {
  const uid = process.getuid?.();
  const stat = lstatSync(path, { throwIfNoEntry: false });
  // Windows has neither, and its pipes are named, not placed.
  if (uid === undefined || !stat) return;
  const isPrivate = stat.isDirectory() && stat.uid === uid && (stat.mode & OTHERS) === 0;
  if (isPrivate) return;
  throw new UniCoreError(
    'FORBIDDEN',
    `${path} must belong to you alone: chown it to yourself and chmod 700 it.`,
  );
}
