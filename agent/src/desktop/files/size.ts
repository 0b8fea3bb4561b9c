/** The largest file that may be moved. */
import { UniCoreError } from '@unicore/protocol';
import { MAX_FILE } from '@unicore/protocol/control';

/** Throws TOO_LARGE. */
export function requireSize(name: string, size: number): void {
  if (size <= MAX_FILE) return;
  throw new UniCoreError('TOO_LARGE', `${name} has ${size} bytes. At most ${MAX_FILE} bytes can be moved.`);
}
