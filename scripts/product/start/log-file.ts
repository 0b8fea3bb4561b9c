/** A log file in the data folder. New lines are appended; a large file is renamed when the log is opened. */
import { createWriteStream, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';

/** A larger log, bytes, is renamed to NAME.1 and replaces the previous one. */
const LIMIT_BYTES = 5 * 2 ** 20;

export function openLog(path: string): WriteStream {
  mkdirSync(dirname(path), { recursive: true });
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LIMIT_BYTES) renameSync(path, `${path}.1`);
  return createWriteStream(path, { flags: 'a', mode: 0o600 });
}
