/** Paths of the project's folders. */
import { resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
/** Folder of what setup downloaded: Node, npm, and mmdebstrap if the machine has none. Not in git. */
export const TOOLCHAIN = resolve(ROOT, '.toolchain');
/** Default data folder, unless --data names another one. */
export const DATA = resolve(ROOT, '.unicore');

/** Path of a program that came with the npm dependencies. */
export function tool(name: string): string {
  return resolve(ROOT, 'node_modules/.bin', name);
}
