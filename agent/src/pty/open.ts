/** Makes a PTY where the VM is. */
import type { PtyPlace } from '../runtime/index.ts';
import { openDockerPty } from './docker.ts';
import { ProcessPty } from './process.ts';
import type { Pty, PtySize } from './pty.ts';

/** command: program and arguments; default: a login shell. */
export async function openPty(
  place: PtyPlace,
  size: PtySize,
  command?: readonly [string, ...string[]],
): Promise<Pty> {
  const options = { ...size, ...(command && { command }) };
  return place.kind === 'docker'
    ? openDockerPty({ ...place, ...options })
    : new ProcessPty({ ...place, ...options });
}
