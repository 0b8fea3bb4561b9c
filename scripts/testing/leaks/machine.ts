/** The processes, listening sockets and files of this test on this machine. Works on Linux only. */
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { vi } from 'vitest';
import { exec } from '../../lib/exec.ts';
import type { Marks } from './audit.ts';

/** Folders in which the programs of desktops leave files, wherever the desktop's own folder is. */
const SHARED = ['/tmp', '/tmp/.X11-unix', '/var/tmp', '/dev/shm'];
/** In this folder the launcher process has folders such as unicore-1a2b3c4d, with a folder for each desktop. */
const BASE = '/var/tmp';
/**
 * Playwright gives its own browser a profile of this name. How many processes that browser has is its own affair. It
 * shows UniCore's page, and is no desktop.
 */
const OWN_BROWSER = 'playwright_chromiumdev_profile';

/** Time limit that only detects hangs, ms. */
const HANG_MS = 60_000;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly uid: number;
  readonly args: string;
  /** What may contain a mark: command line, home and working folder, and the container. */
  readonly about: string;
}

/** Resolves when the keeper of the agent in this folder runs. It starts with the agent, and has no part in desktops. */
export async function keeperRuns(agentDir: string): Promise<void> {
  await vi.waitUntil(() => existsSync(join(agentDir, 'keeper.sock')), { timeout: HANG_MS });
}

/** Looks at processes first: they tell the users of desktops. */
export async function machine(marks: Marks): Promise<string[]> {
  const own = ownProcesses(marks);
  const pids = new Set(own.map(({ pid }) => pid));
  return [
    ...own.map(({ args }) => `process ${args}`),
    ...(await sockets(marks, pids)),
    ...(await files(marks)),
  ];
}

/** A process is this test's if it bears a mark, or if this process or one of its children has started it. */
function ownProcesses(marks: Marks): Process[] {
  const all = readdirSync('/proc').map(Number).filter(Boolean).flatMap(processAt);
  const own = new Set(all.filter(({ about }) => bears(about, marks)));
  for (const { pid, uid } of own) if (uid !== process.getuid?.() && isOutside(pid)) marks.uids.add(uid);
  for (const each of all) if (marks.uids.has(each.uid)) own.add(each);
  let parents = new Set([process.pid]);
  while (parents.size > 0) {
    const children = all.filter(({ parent, args }) => parents.has(parent) && !args.includes(OWN_BROWSER));
    for (const child of children) own.add(child);
    parents = new Set(children.map(({ pid }) => pid));
  }
  return [...own];
}

/** Returns nothing for a process that has ended, of which only its parent has not taken notice. */
function processAt(pid: number): Process[] {
  try {
    const read = (file: string) => readFileSync(`/proc/${pid}/${file}`, 'utf8');
    const status = read('status');
    const number = (name: string) => Number(new RegExp(`^${name}:\\s(\\d+)`, 'm').exec(status)?.[1]);
    if (/^State:\s[ZX]/m.test(status)) return [];
    const args = read('cmdline').replaceAll('\0', ' ').trim();
    const home = ifAllowed(() => read('environ'))
      .split('\0')
      .filter((one) => one.startsWith('HOME='));
    const folder = ifAllowed(() => readlinkSync(`/proc/${pid}/cwd`));
    const about = [args, ...home, folder, read('cgroup')].join('\n');
    return [{ pid, parent: number('PPid'), uid: number('Uid'), args, about }];
  } catch {
    return [];
  }
}

/** True for a process that is in no container. The users in a container have the same numbers as in others. */
function isOutside(pid: number): boolean {
  const network = (of: number | 'self') => ifAllowed(() => readlinkSync(`/proc/${of}/ns/mnt`));
  return network(pid) === network('self');
}

/** A user who is not root may not read everything of other users. */
function ifAllowed(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

async function sockets(marks: Marks, pids: ReadonlySet<number>): Promise<string[]> {
  const unix = await listening('-Hxlp', marks, pids);
  return [...unix, ...(await listening('-Hltunp', marks, pids))];
}

async function listening(flags: string, marks: Marks, pids: ReadonlySet<number>): Promise<string[]> {
  const lines = (await exec('ss', [flags])).split('\n').filter(Boolean);
  return lines
    .filter(
      (line) =>
        bears(line, marks) || [...line.matchAll(/pid=(\d+)/g)].some(([, pid]) => pids.has(Number(pid))),
    )
    .map((line) => {
      const [kind, , , , address] = line.split(/\s+/);
      return `socket ${kind} ${address}`;
    });
}

async function files(marks: Marks): Promise<string[]> {
  const found = new Set<string>();
  for (const folder of await desktopFolders(marks)) marks.names.add(folder);
  for (const folder of SHARED) {
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name);
      const owner = await lstat(path).catch(() => undefined);
      if (owner && (marks.uids.has(owner.uid) || bears(path, marks))) found.add(path);
    }
  }
  for (const folder of [...marks.names].filter(isAbsolute)) {
    const inside = await readdir(folder, { recursive: true }).catch(() => []);
    for (const name of inside) found.add(join(folder, name));
  }
  return [...found].map((path) => `file ${path}`);
}

/** Returns the folders that hold the folder of one of these desktops. */
async function desktopFolders(marks: Marks): Promise<string[]> {
  const bases = (await readdir(BASE)).filter((name) => name.startsWith('unicore-'));
  const found: string[] = [];
  for (const base of bases.map((name) => join(BASE, name))) {
    const inside: string[] = await readdir(base).catch(() => []);
    if (inside.some((name) => bears(name, marks))) found.push(base);
  }
  return found;
}

function bears(text: string, { names }: Marks): boolean {
  return [...names].some((name) => text.includes(name));
}
