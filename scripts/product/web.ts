/** Builds the web app with Vite into client/dist, if its sources have changed. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exec } from '../lib/exec.ts';
import { hashFiles } from '../lib/hash.ts';
import { ROOT, tool } from '../lib/paths.ts';

const CLIENT = join(ROOT, 'client');
/** Sources of the web app: its own files, imported files of other packages, and versions of dependencies. */
export const WEB_SOURCES = [
  'client/src',
  'client/public',
  'client/index.html',
  'client/vite.config.ts',
  'protocol/src',
  'package-lock.json',
];
/**
 * File with the hash of the built sources. A failed build leaves no such file, because Vite empties the
 * folder first. So the next command builds again.
 */
const STAMP = join(CLIENT, 'dist/.source');

export async function webIsCurrent(): Promise<boolean> {
  const stamp = await readFile(STAMP, 'utf8').catch(() => undefined);
  return stamp === (await hashFiles(ROOT, WEB_SOURCES));
}

export async function buildWeb(): Promise<void> {
  const hash = await hashFiles(ROOT, WEB_SOURCES);
  await exec(tool('vite'), ['build', '--logLevel', 'warn'], { cwd: CLIENT });
  await writeFile(STAMP, hash);
}
