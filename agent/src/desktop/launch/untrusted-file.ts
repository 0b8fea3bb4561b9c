/**
 * Reads files that a desktop's user may have replaced. A link could lead to a file of another user, a pipe would
 * block, and a large file would fill the memory.
 */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;

/** Returns at most the last `most` bytes of a file as text; an empty text if there is no such regular file. */
export async function lastOf(path: string, most: number): Promise<string> {
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(() => undefined);
  if (!file) return '';
  try {
    const info = await file.stat();
    if (!info.isFile()) return '';
    const length = Math.min(info.size, most);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, info.size - length);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
