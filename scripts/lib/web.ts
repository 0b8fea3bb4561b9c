/** The web app: built by Vite into client/dist when what it is made from has changed. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exec } from './exec.ts';
import { hashFiles } from './hash.ts';
import { ROOT, tool } from './paths.ts';

const CLIENT = join(ROOT, 'client');
/** The page's own source, what it imports from the other packages, and the versions of everything else. */
export const WEB_SOURCES = [
  'client/src',
  'client/public',
  'client/index.html',
  'client/vite.config.ts',
  'protocol/src',
  'package-lock.json',
];
/** Vite empties the folder first, so an interrupted build leaves none. */
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
