/** The folders of a desktop whose files programs may give to pages. */
import { realpathSync } from 'node:fs';
import { isAbsolute, relative, sep } from 'node:path';

/** Absolute paths of the folders. */
export interface Folders {
  readonly downloads: string;
  readonly uploads: string;
}

/**
 * Returns the first path that is not inside one of the folders, or undefined if all are. Follows symbolic
 * links, so a link in a folder does not give access to files outside of it. A file that does not exist is
 * forbidden, too.
 */
export function forbiddenFile(files: unknown, { downloads, uploads }: Folders): string | undefined {
  if (files === undefined) return undefined;
  if (!Array.isArray(files)) return String(files);
  return files.find((file) => ![uploads, downloads].some((folder) => isBelow(file, folder)));
}

function isBelow(file: unknown, folder: string): boolean {
  if (typeof file !== 'string' || !isAbsolute(file)) return false;
  try {
    const path = relative(realpathSync(folder), realpathSync(file));
    return path !== '' && path !== '..' && !path.startsWith(`..${sep}`);
  } catch {
    return false;
  }
}
