/**
 * A desktop that `docker run` starts directly, without hub and agent. The benchmark compares UniCore's start of a
 * desktop with it.
 */
import { join } from 'node:path';
import { exec } from '../../lib/exec.ts';
import { ROOT } from '../../lib/paths.ts';
import { BENCH_IMAGE } from './image.ts';

const SECCOMP = join(ROOT, 'agent/images/desktop/seccomp.json');
const HOUR_MS = 3_600_000;
const ORDER = { sessionId: 'bench', attempt: 1, scale: 1, lifeMs: HOUR_MS, idleMs: HOUR_MS, bootMs: HOUR_MS };
/**
 * Options that the image of desktops needs: the seccomp profile for Chromium's sandbox, shared memory, and a
 * folder.
 */
const OPTIONS = [
  ...['--security-opt', `seccomp=${SECCOMP}`, '--shm-size', '1g'],
  ...['--tmpfs', '/desktop:rw,uid=10002,gid=10002,mode=0700'],
];

/** Starts a desktop. Resolves with the name of its container when the container runs. */
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
 * Returns the path of the VNC server's unix socket in a container. The working directory of the container's first
 * process is the desktop's folder, which is visible through /proc.
 */
export async function rfbSocketOf(container: string): Promise<string> {
  const pid = await exec('docker', ['inspect', '--format', '{{.State.Pid}}', container]);
  return `/proc/${pid.trim()}/cwd/rfb.sock`;
}
