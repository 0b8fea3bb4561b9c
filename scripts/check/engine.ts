/** Starts dockerd in the background for the tests if no Docker engine is running, and stops it at the end. */
import { spawn } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { TOOLCHAIN } from '../lib/paths.ts';
import { dockerEngine } from '../product/images/image.ts';

/** Time limit for dockerd to start, in ms. The first start loads kernel modules and creates storage. */
const READY_LIMIT_MS = 60_000;
const POLL_MS = 200;
const LOG_TAIL_LINES = 8;

/** Starts a Docker engine if none answers. Resolves with a function that stops an engine started here. */
export async function startEngine(): Promise<() => Promise<void>> {
  if (await dockerEngine()) return async () => {};
  mkdirSync(TOOLCHAIN, { recursive: true });
  const log = join(TOOLCHAIN, 'dockerd.log');
  const pidfile = join(TOOLCHAIN, 'dockerd.pid');
  const out = openSync(log, 'w');
  // dockerd gets its own process group. Otherwise Ctrl-C would end dockerd before the tests remove their
  // containers.
  const child = spawn('dockerd', ['--pidfile', pidfile], { detached: true, stdio: ['ignore', out, out] });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const limit = performance.now() + READY_LIMIT_MS;
  while (!(await dockerEngine())) {
    if (performance.now() > limit || child.exitCode !== null || child.pid === undefined) {
      const tail = (await readFile(log, 'utf8')).trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
      child.kill('SIGKILL');
      throw new Error(`No Docker engine answers and dockerd does not start here:\n${tail}`);
    }
    await delay(POLL_MS);
  }
  child.unref();
  return async () => {
    // `unref` allowed this process to end while dockerd runs. `ref` makes it wait until dockerd has exited.
    child.ref();
    child.kill('SIGTERM');
    await exited;
  };
}
