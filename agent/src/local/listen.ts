/** Listens on a unix socket. Fails if another process already listens on the path. */
import { chmodSync, rmSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { dirname } from 'node:path';
import { UniCoreError } from '@unicore/protocol';
import { tryLock } from './lock.ts';
import { makePrivateFolder } from './private-folder.ts';

/**
 * A process that has the lock needs a moment until it listens. Until then, others try to connect to its
 * socket: at most LOOKS times, with pauses of LOOK_MS (ms).
 */
const LOOK_MS = 20;
const LOOKS = 500;

/**
 * Makes the server listen on the socket path. Rejects with CONFLICT if another process has the lock for this
 * path. Resolves to a function that closes the server and releases the lock.
 */
export async function listenAlone(server: Server, socketPath: string): Promise<() => void> {
  if (process.platform === 'win32') {
    await listen(server, socketPath);
    return () => server.close();
  }
  makePrivateFolder(dirname(socketPath));
  const unlock = await lockOrFind(socketPath);
  // This process has the lock. So an existing socket file was left behind by a process that was killed.
  rmSync(socketPath, { force: true });
  await listen(server, socketPath);
  chmodSync(socketPath, 0o600);
  return () => server.close(unlock);
}

async function lockOrFind(socketPath: string): Promise<() => void> {
  for (let look = 0; look < LOOKS; look++) {
    const unlock = tryLock(`${socketPath}.lock`);
    if (unlock) return unlock;
    if (await answers(socketPath)) break;
    await new Promise((soon) => setTimeout(soon, LOOK_MS));
  }
  throw new UniCoreError('CONFLICT', `Another process listens at ${socketPath} already.`);
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
