/**
 * The short way to a unix socket in a container: through the file system that its first process sees. It needs Linux, an
 * engine on the same kernel, and the rights of root. The way through the engine (`docker exec`) takes four processes more,
 * each of which a key would have to wake.
 */
import { once } from 'node:events';
import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { UniCoreError } from '@unicore/protocol';
import { codeOf } from '../../files/index.ts';

/** Finds a file without opening it, as sockets need. Node has no name for this flag of Linux. */
const O_PATH = 0o10000000;

/** Errors of a socket that does not exist, and of one at which nothing listens. */
const NOT_YET = ['ENOENT', 'ECONNREFUSED'];

export interface ContainerProcess {
  readonly containerId: string;
  /** Process id of the container's first process, as the engine tells it. */
  readonly pid: number;
}

/**
 * Connects to a socket of this path in the container. Resolves with undefined if this way is not there, and rejects with
 * LEG_LOST if it is there, but nothing listens yet.
 *
 * The user of the container may have put a link in the place of the socket, which would lead to a socket of this machine.
 * So what is at the path is opened first, without following a link, and then connected to.
 */
export async function connectInContainer(
  { containerId, pid }: ContainerProcess,
  path: string,
): Promise<Socket | undefined> {
  const cgroup = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
  // The number may belong to another process by now, or the engine may count the processes of another machine.
  if (!cgroup.includes(containerId)) return undefined;
  try {
    const file = await open(`/proc/${pid}/root${path}`, O_PATH | constants.O_NOFOLLOW);
    try {
      if (!(await file.stat()).isSocket()) return undefined;
      const socket = connect(`/proc/self/fd/${file.fd}`);
      await once(socket, 'connect');
      return socket;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!NOT_YET.includes(codeOf(error) ?? '')) return undefined;
    throw new UniCoreError('LEG_LOST', `Nothing listens at ${path} in the container yet.`, { cause: error });
  }
}
