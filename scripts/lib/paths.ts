/** Defines the paths of the project's folders. */
import { resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
/** Folder of downloaded tools, such as npm, and Node if the machine's Node is too old. Git ignores it. */
export const TOOLCHAIN = resolve(ROOT, '.toolchain');
/** Default folder for the data of hubs and agents. The option `--data` of a command names another folder. */
export const DATA = resolve(ROOT, '.unicore');

/** Returns the path of a command that was installed with the npm dependencies. */
export function tool(name: string): string {
  return resolve(ROOT, 'node_modules/.bin', name);
}
