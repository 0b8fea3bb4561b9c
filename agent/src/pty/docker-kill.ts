/**
 * Sends signals to the programs of one Docker exec. The engine has no API for that, and closing the exec's
 * stream leaves the programs running. So each exec gets a unique environment variable, which marks its
 * programs inside the container.
 */
import { randomBytes } from 'node:crypto';
import type Docker from 'dockerode';

/**
 * The user of the VM's container. Signals are sent as this user. Root could not send signals to this user's
 * programs, since the container has no capabilities.
 */
export const CONTAINER_USER = '1000:1000';
const VARIABLE = 'UNICORE_TERMINAL';

/**
 * Sends the signal $2 to all processes that have the entry $1 in their environment. The script needs only
 * bash, since an image may contain no other tools. For SIGKILL, the script searches again until it finds no
 * such process, since a process may fork during the search. It stops after five searches, so that a fork bomb
 * cannot keep it running.
 */
const SCRIPT = `
for try in 1 2 3 4 5; do
  found=
  for dir in /proc/[0-9]*; do
    pid=\${dir#/proc/}
    [ "$pid" = "$$" ] && continue
    while IFS= read -r -d '' entry; do
      [ "$entry" = "$1" ] && kill "-$2" "$pid" && found=1 && break
    done < "$dir/environ"
  done
  [ -n "$found" ] && [ "$2" = KILL ] || break
done 2>/dev/null
`;

/** Returns a unique `NAME=value` for the environment of one exec. */
export function newMark(): string {
  return `${VARIABLE}=${randomBytes(12).toString('hex')}`;
}

/**
 * Sends a signal to the programs with this mark. Never rejects: a stopped or removed container has no
 * programs.
 */
export async function signalMarked(
  docker: Docker,
  container: string,
  mark: string,
  signal: 'HUP' | 'KILL',
): Promise<void> {
  try {
    const exec = await docker.getContainer(container).exec({
      AttachStdout: true,
      User: CONTAINER_USER,
      Cmd: ['bash', '-c', SCRIPT, 'bash', mark, signal],
    });
    const stream = await exec.start({});
    stream.resume();
    await new Promise((done) => stream.once('close', done).once('end', done).once('error', done));
  } catch {
    // The container is stopped or removed, so it has no programs.
  }
}
