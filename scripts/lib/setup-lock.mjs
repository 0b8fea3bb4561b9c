/**
 * Lets one setup run at a time. The lock file holds the process ids of the setup and of its npm, which may outlive it.
 * A lock is taken over when all of these processes are dead. Plain JavaScript for any Node from 20 on.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** How often a waiting setup looks at the lock, ms. */
const POLL_MS = 200;
/** A setup that takes longer than this has hung. */
const LIMIT_MS = 15 * 60_000;
/** Two processes that take over the same dead lock are never further apart than this, ms. */
const SETTLE_MS = 50;

/** Runs `work` while holding the lock file. */
export async function locked(file, work) {
  const limit = Date.now() + LIMIT_MS;
  let told = false;
  while (!(await take(file))) {
    if (!told) process.stderr.write('  Waiting for another setup of this folder\n');
    told = true;
    if (Date.now() > limit) throw new Error(`Another setup does not end. If there is none, delete ${file}.`);
    await delay(POLL_MS);
  }
  const release = () => rmSync(file, { force: true });
  process.on('exit', release);
  try {
    await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

/** Adds a child process to the holders, so that the lock remains if the setup dies first. */
export function holdFor(file, pid) {
  writeFileSync(file, `${process.pid} ${pid ?? ''}`);
}

async function take(file) {
  const mine = String(process.pid);
  if (isDead(read(file))) rmSync(file, { force: true });
  try {
    writeFileSync(file, mine, { flag: 'wx' });
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  // Another process may have found the same dead lock and replaced ours meanwhile.
  await delay(SETTLE_MS);
  return read(file) === mine;
}

function read(file) {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

function isDead(pids) {
  if (pids === '') return false;
  return pids.split(' ').every((pid) => {
    try {
      process.kill(Number(pid), 0);
      return false;
    } catch (error) {
      return error.code === 'ESRCH';
    }
  });
}
