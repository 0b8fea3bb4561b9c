/** Names of files in a desktop's folder. */
import { join } from 'node:path';

/** The unix socket of the desktop's holder. */
export function holderSocket(folder: string): string {
  return join(folder, 'holder.sock');
}

/** The last status of the desktop, as JSON. The holder writes it just before it exits. */
export function endFile(folder: string): string {
  return join(folder, 'end.json');
}
