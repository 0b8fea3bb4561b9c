/** Reads the memory and the file descriptors of processes from Linux's /proc. */
import { readdirSync, readFileSync } from 'node:fs';

const KIB = 1024;

export interface Held {
  /** Sum of the resident memory of all given processes, bytes. */
  readonly rss: number;
  /** Open file descriptors. */
  readonly fds: number;
}

/** Returns the memory and the open file descriptors of these processes. Throws if there is no /proc. */
export function held(pids: readonly number[]): Held {
  let rss = 0;
  let fds = 0;
  for (const pid of pids) {
    rss += Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * KIB;
    fds += readdirSync(`/proc/${pid}/fd`).length;
  }
  return { rss, fds };
}
