/** Where things are in the project. */
import { resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
/** What setup brought: Node, npm, mmdebstrap where the machine has none. Not in git. */
export const TOOLCHAIN = resolve(ROOT, '.toolchain');
/** Where everything is kept unless --data says otherwise. */
export const DATA = resolve(ROOT, '.unicore');

/** A program that came with the dependencies. */
export function tool(name: string): string {
  return resolve(ROOT, 'node_modules/.bin', name);
}
