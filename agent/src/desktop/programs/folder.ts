/**
 * The files of a desktop. All of them are in one private folder, which is also the home folder of its programs.
 */
import { randomBytes } from 'node:crypto';
import { copyFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UniCoreError } from '@unicore/protocol';
import { COOKIE_BYTES, writeCookie } from './x-cookie.ts';

/** The longest path of a unix socket that Linux accepts, in bytes. */
const MOST_SOCKET_PATH_BYTES = 107;
const POLICY = new URL('./chromium-policy.json', import.meta.url);
/** The file with Chromium's policy. In the image of desktops it is UniCore's policy. */
const SYSTEM_POLICY = '/etc/chromium/policies/managed/unicore.json';
const CHROMIUM_SETTINGS = '/etc/chromium';

export interface Folder {
  readonly path: string;
  readonly rfbSocket: string;
  readonly cookie: string;
  readonly profile: string;
  /**
   * The folder that Chromium sees as /etc/chromium. Undefined if the machine's own folder has UniCore's policy
   * already.
   */
  readonly policies: string | undefined;
}

/**
 * Prepares the folder for a start. Keeps Chromium's profile, but deletes the locks of a Chromium that crashed,
 * because they would prevent the next start.
 */
export async function prepareFolder(path: string): Promise<Folder> {
  const rfbSocket = join(path, 'rfb.sock');
  if (Buffer.byteLength(rfbSocket) > MOST_SOCKET_PATH_BYTES) {
    throw new UniCoreError(
      'BAD_REQUEST',
      `The path of folder ${path} is too long for sockets. Choose a shorter one.`,
    );
  }
  const [cookie, profile] = [join(path, 'Xauthority'), join(path, 'profile')];
  for (const folder of [path, join(path, 'Uploads'), join(path, 'Downloads'), join(profile, 'Default')]) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  }
  for (const stale of ['SingletonLock', 'SingletonCookie', 'SingletonSocket', 'Crash Reports']) {
    await rm(join(profile, stale), { recursive: true, force: true });
  }
  for (const stale of [rfbSocket, cookie]) await rm(stale, { force: true });
  await writeCookie(cookie, randomBytes(COOKIE_BYTES));
  await writePreferences(join(profile, 'Default/Preferences'));
  return { path, rfbSocket, cookie, profile, policies: await preparePolicies(join(path, 'chromium')) };
}

/** Turns off Chromium's own window frame. With it, Chromium would show a button that closes its window. */
async function writePreferences(file: string): Promise<void> {
  const preferences = { browser: { custom_chrome_frame: false } };
  await writeFile(file, JSON.stringify(preferences), { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

async function preparePolicies(copy: string): Promise<string | undefined> {
  const policy = await readFile(POLICY);
  // Most machines do not have UniCore's policy. They get the copy below.
  const installed = await readFile(SYSTEM_POLICY).catch(() => undefined);
  if (installed?.equals(policy)) return undefined;
  // Copies the machine's settings for Chromium, if it has any. Any other failure shows up in the next step.
  await cp(CHROMIUM_SETTINGS, copy, { recursive: true }).catch(() => {});
  await mkdir(join(copy, 'policies/managed'), { recursive: true });
  await copyFile(POLICY, join(copy, 'policies/managed/unicore.json'));
  return copy;
}
