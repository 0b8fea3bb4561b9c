/**
 * Signals the programs of one exec. The engine has no API for that, and closing the exec's stream leaves them running.
 * So each exec gets a unique environment variable, by which its programs are found inside the container.
 */
import { randomBytes } from 'node:crypto';
import type Docker from 'dockerode';

/** The user of the VM's container. Root could not signal its programs, since the container has no capabilities. */
export const CONTAINER_USER = '1000:1000';
const VARIABLE = 'UNICORE_TERMINAL';

/**
 * The script needs only bash, since an image may have nothing else. For SIGKILL it repeats until it finds no program any
 * more, since a program may fork while the list is read. It gives up after five rounds, so that a fork bomb cannot keep it
 * busy.
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

/** Signals the marked programs. Never rejects: a container that is stopped or gone has none. */
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
    // The container is stopped or gone.
  }
}
