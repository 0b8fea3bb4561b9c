/**
 * Signals what an exec started. The engine has no call for that, and closing the exec's stream leaves its programs
 * running, so they are found inside the container by a variable of their environment.
 */
import { randomBytes } from 'node:crypto';
import type Docker from 'dockerode';

/** The user that the VM's container is made with; without capabilities, root could not signal it either. */
export const CONTAINER_USER = '1000:1000';
const VARIABLE = 'UNICORE_TERMINAL';

/**
 * bash and nothing else: an image need not have more. Repeated until nothing is left that got a SIGKILL, since a
 * program may start another one while the list is gone through; a few times only, so that nobody can keep it busy.
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

/** An entry for the environment of one exec. */
export function newMark(): string {
  return `${VARIABLE}=${randomBytes(12).toString('hex')}`;
}

/** Never rejects: a container that is stopped or gone has no programs left to signal. */
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
    // Said above.
  }
}
