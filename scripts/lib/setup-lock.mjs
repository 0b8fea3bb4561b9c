/**
 * Lets only one setup run at a time. The lock file contains the process ids of the setup and of the npm that
 * it started, because npm may outlive the setup. When all these processes are dead, another setup takes over
 * the lock. This file is plain JavaScript, so that any Node from version 20 can run it.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Interval at which a waiting setup reads the lock file, in ms. */
const POLL_MS = 200;
/** Time after which a setup counts as hung, in ms. */
const LIMIT_MS = 15 * 60_000;
/** Maximum time between two processes that both take over the lock of dead processes, in ms. */
const SETTLE_MS = 50;

/** Calls `work` while this process holds the lock file. */
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

/**
 * Adds a child process to the lock file, so that the lock remains valid if the setup dies before the child.
 */
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
  // Another process may have found the lock of the same dead processes, and may have replaced this process's
  // lock.
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
