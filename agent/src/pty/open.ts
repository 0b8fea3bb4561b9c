/** Makes a PTY where the VM is. */
import type { PtyPlace } from '../runtime/runtime.ts';
import { openDockerPty } from './docker.ts';
import { ProcessPty } from './process.ts';
import type { Pty, PtySize } from './pty.ts';

export async function openPty(place: PtyPlace, size: PtySize): Promise<Pty> {
  return place.kind === 'docker'
    ? openDockerPty({ ...place, ...size })
    : new ProcessPty({ ...place, ...size });
}
