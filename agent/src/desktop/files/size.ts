/** Checks the size of files that are moved into a desktop or out of it. */
import { UniCoreError } from '@unicore/protocol';
import { MAX_FILE } from '@unicore/protocol/control';

/** Throws TOO_LARGE if a file of this size (bytes) may not be moved. */
export function requireSize(name: string, size: number): void {
  if (size <= MAX_FILE) return;
  throw new UniCoreError('TOO_LARGE', `${name} has ${size} bytes. At most ${MAX_FILE} bytes can be moved.`);
}
