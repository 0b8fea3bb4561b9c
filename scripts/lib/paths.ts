/** Paths in the project. */
import { resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
/** Programs that setup installed: Node, npm, and mmdebstrap if the machine has none. Not in git. */
export const TOOLCHAIN = resolve(ROOT, '.toolchain');
/** The data folder, unless --data names another one. */
export const DATA = resolve(ROOT, '.unicore');

/** The path of a program in node_modules/.bin. */
export function tool(name: string): string {
  return resolve(ROOT, 'node_modules/.bin', name);
}
