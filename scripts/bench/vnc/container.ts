/** A desktop that `docker run` starts, without hub and agent. UniCore's own start is compared with it. */
import { join } from 'node:path';
import { exec } from '../../lib/exec.ts';
import { ROOT } from '../../lib/paths.ts';
import { BENCH_IMAGE } from './image.ts';

const SECCOMP = join(ROOT, 'agent/images/desktop/seccomp.json');
const HOUR_MS = 3_600_000;
const ORDER = { sessionId: 'bench', attempt: 1, scale: 1, lifeMs: HOUR_MS, idleMs: HOUR_MS, bootMs: HOUR_MS };
/** What the desktop in the image needs of its container: a sandbox for its browser, memory to share, a folder. */
const OPTIONS = [
  ...['--security-opt', `seccomp=${SECCOMP}`, '--shm-size', '1g'],
  ...['--tmpfs', '/desktop:rw,uid=10002,gid=10002,mode=0700'],
];

/** Starts a desktop. Resolves with the name of its container when that runs. */
export async function runDesktop(): Promise<string> {
  const command = ['hold', '/desktop', JSON.stringify(ORDER)];
  return (await exec('docker', ['run', '--detach', ...OPTIONS, BENCH_IMAGE, ...command])).trim();
}

export async function removeDesktop(container: string): Promise<void> {
  await exec('docker', ['rm', '--force', '--volumes', container]);
}

/** Returns the container of a desktop that an agent has started. */
export async function containerOf(sessionId: string): Promise<string> {
  return (await exec('docker', ['ps', '--quiet', '--filter', `label=unicore.session=${sessionId}`])).trim();
}

/**
 * Returns the path of the unix socket of the VNC server in a container. The first process of the container works in
 * the desktop's folder, and the path through /proc leads into it.
 */
export async function rfbSocketOf(container: string): Promise<string> {
  const pid = await exec('docker', ['inspect', '--format', '{{.State.Pid}}', container]);
  return `/proc/${pid.trim()}/cwd/rfb.sock`;
}
