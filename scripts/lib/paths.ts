/** Defines the paths of the project's folders. */
import { resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
/** Folder of downloaded tools, such as npm, and Node if the machine's Node is too old. Git ignores it. */
export const TOOLCHAIN = resolve(ROOT, '.toolchain');
/** Data folder that is used if the option `--data` is not given. */
export const DATA = resolve(ROOT, '.unicore');

/** Returns the path of a command that was installed with the npm dependencies. */
export function tool(name: string): string {
  return resolve(ROOT, 'node_modules/.bin', name);
}
