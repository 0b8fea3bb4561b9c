/** What a desktop of the process launcher could leave behind on this machine: processes, files, sockets, a display. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the process launcher keeps the folders of desktops. */
const BASE = '/var/tmp';
const X_SOCKETS = '/tmp/.X11-unix';

/** Returns one line for each thing on this machine that names this desktop. */
export async function tracesOf(sessionId: string): Promise<string[]> {
  const all = await Promise.all([processes(sessionId), files(sessionId), sockets(sessionId)]);
  return all.flat();
}

/** The displays of the desktop's X server, as files. There are none after its end. */
export async function displaysOf(sessionId: string): Promise<string[]> {
  const numbers = (await processes(sessionId)).map((line) => /Xvnc :(\d+) /.exec(line)?.[1]);
  return numbers.filter((number) => number !== undefined).map((number) => `X${number}`);
}

/** Of these displays, those that still have a socket. */
export async function openDisplays(displays: readonly string[]): Promise<string[]> {
  const names: string[] = await readdir(X_SOCKETS).catch(() => []);
  return displays.filter((display) => names.includes(display));
}

async function processes(sessionId: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    // A process may end while it is read.
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes(sessionId)) found.push(`process ${pid}: ${command.replaceAll('\0', ' ')}`);
  }
  return found;
}

async function files(sessionId: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of (await readdir(BASE)).filter((each) => each.startsWith('unicore-'))) {
    const inside: string[] = await readdir(join(BASE, name)).catch(() => []);
    found.push(
      ...inside.filter((entry) => entry.includes(sessionId)).map((entry) => `file ${name}/${entry}`),
    );
  }
  return found;
}

async function sockets(sessionId: string): Promise<string[]> {
  const lines = (await readFile('/proc/net/unix', 'utf8')).split('\n');
  return lines.filter((line) => line.includes(sessionId)).map((line) => `socket ${line}`);
}
