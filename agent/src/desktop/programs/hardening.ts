/** How the container of a desktop is locked up, as the Docker engine takes it. */
import { readFile } from 'node:fs/promises';
import type { HostConfig } from 'dockerode';

/** The user in the image. */
const UID = 10_002;
const SECCOMP = new URL('../../../images/desktop/seccomp.json', import.meta.url);
const GIB = 1024 ** 3;
/** Chromium needs about 130 processes and threads for a page. */
const MOST_PROCESSES = 2_048;

/** Limits of one desktop. A receipt counts these CPUs and this memory for as long as the desktop runs. */
export const DESKTOP_CPUS = 2;
export const DESKTOP_MEMORY_BYTES = 4 * GIB;

/** Returns the limits of the container. The desktop's folder and /tmp are in memory, and end with it. */
export async function hardenedHostConfig(): Promise<HostConfig> {
  return {
    ReadonlyRootfs: true,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges', `seccomp=${await readFile(SECCOMP, 'utf8')}`],
    Memory: DESKTOP_MEMORY_BYTES,
    MemorySwap: DESKTOP_MEMORY_BYTES,
    NanoCpus: DESKTOP_CPUS * 1e9,
    PidsLimit: MOST_PROCESSES,
    ShmSize: GIB,
    Tmpfs: { '/tmp': 'mode=1777,size=512m', '/desktop': `mode=0700,uid=${UID},gid=${UID},size=1g` },
  };
}
