/** The web app. Vite builds it into client/dist when its source files have changed. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exec } from '../lib/exec.ts';
import { hashFiles } from '../lib/hash.ts';
import { ROOT, tool } from '../lib/paths.ts';

const CLIENT = join(ROOT, 'client');
/** Source files of the page, of the packages that it imports, and the lock file. */
export const WEB_SOURCES = [
  'client/src',
  'client/public',
  'client/index.html',
  'client/vite.config.ts',
  'protocol/src',
  'package-lock.json',
];
/** Vite empties the folder first, so the file is missing after an interrupted build. */
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
