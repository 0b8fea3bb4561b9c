/** Finds and ends the processes of one desktop, by what the kernel says in /proc. Works on Linux only. */
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { UniCoreError } from '@unicore/protocol';
import { bornOf } from '../../state/index.ts';

/** Pause between two looks at processes that end, in ms. */
const LOOK_MS = 20;
/** Time in which killed processes must be gone, in ms. Only a process that hangs in the kernel takes longer. */
const KILL_MS = 5_000;

/** A process that no later process with the same pid is taken for. born: see bornOf(). */
export interface ProcessId {
  pid: number;
  born: string;
}

/** What all processes of a desktop have in common. */
export interface Mark {
  /** The desktop's own folder. Each of its programs has it as HOME. */
  home: string;
  /** The desktop's own user. It is undefined if the desktop runs as the agent's user. */
  uid: number | undefined;
}

export async function runs({ pid, born }: ProcessId): Promise<boolean> {
  return (await bornOf(pid)) === born && (await lookAt(pid)) !== undefined;
}

/** Sends SIGTERM to the process. Resolves when it has ended, or after `ms`. */
export async function terminate(id: ProcessId, ms: number): Promise<void> {
  if (!(await runs(id))) return;
  signal(id.pid, 'SIGTERM');
  const limit = performance.now() + ms;
  while ((await runs(id)) && performance.now() < limit) await sleep(LOOK_MS);
}

/** Kills all processes with this mark. Rejects if some of them still run after KILL_MS. */
export async function killAll(mark: Mark): Promise<void> {
  const limit = performance.now() + KILL_MS;
  for (;;) {
    const pids = await find(mark);
    if (pids.length === 0) return;
    if (performance.now() > limit) {
      const message = `These processes of a desktop do not end: ${pids.join(', ')}. End them with: kill -9`;
      throw new UniCoreError('TIMEOUT', message);
    }
    // A process may fork while it is being killed. So the search is repeated until it finds nothing.
    for (const pid of pids) signal(pid, 'SIGKILL');
    await sleep(LOOK_MS);
  }
}

async function find({ home, uid }: Mark): Promise<number[]> {
  const entry = `HOME=${home}`;
  const pids = (await readdir('/proc'))
    .map(Number)
    .filter((pid) => Number.isSafeInteger(pid) && pid !== process.pid);
  const found = pids.map(async (pid) => {
    const seen = await lookAt(pid);
    const ours = seen && (seen.uid === uid || (await environmentOf(pid)).includes(entry));
    return ours ? [pid] : [];
  });
  return (await Promise.all(found)).flat();
}

async function environmentOf(pid: number): Promise<string[]> {
  // The environment of another user's process cannot be read. Such a process is no part of the desktop.
  const text = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  return text.split('\0');
}

/**
 * Returns the user of a process that runs. Returns undefined for a zombie too: it has ended, and only its parent
 * has not noticed yet.
 */
async function lookAt(pid: number): Promise<{ uid: number } | undefined> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const [, state] = /^State:\s(\S)/m.exec(text) ?? [];
  const [, uid] = /^Uid:\s(\d+)/m.exec(text) ?? [];
  return state === undefined || state === 'Z' || state === 'X' ? undefined : { uid: Number(uid) };
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // The process has ended since it was found.
  }
}
