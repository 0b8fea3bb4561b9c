/** Opens a PTY in a VM of the docker runtime or of the process runtime. */
import type { PtyPlace } from '../runtime/index.ts';
import { openDockerPty } from './docker.ts';
import { ProcessPty } from './process.ts';
import type { Pty, PtySize } from './pty.ts';

/** Opens a PTY. command: program and arguments. Default: a login shell. */
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
