/** Opens a log file for appending. A file that is too large is renamed first. */
import { createWriteStream, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';

/** Size limit of a log file, in bytes. A larger file is renamed to NAME.1, replacing an older NAME.1. */
const LIMIT_BYTES = 5 * 2 ** 20;

export function openLog(path: string): WriteStream {
  mkdirSync(dirname(path), { recursive: true });
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LIMIT_BYTES) renameSync(path, `${path}.1`);
  return createWriteStream(path, { flags: 'a', mode: 0o600 });
}
