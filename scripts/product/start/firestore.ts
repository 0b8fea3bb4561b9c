/**
 * Runs the fake Firestore as a child process of `npm start`. Hubs connect to the fake with Google's client
 * library. The fake keeps its documents in a file.
 */
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { freePort } from '@unicore/server/free-port';
import { nodeCommand } from '../../lib/node-flags.ts';
import { ROOT } from '../../lib/paths.ts';
import { untilListening } from '../../lib/port.ts';
import { startService } from './service.ts';

const HOST = '127.0.0.1';
const MAIN = join(ROOT, 'server/src/store/firestore/fake/main.ts');

export interface OwnFirestore {
  /** Address of the fake Firestore as HOST:PORT. The variable FIRESTORE_EMULATOR_HOST has the same form. */
  readonly address: string;
  stop(): Promise<void>;
}

export async function startFirestore(dataDir: string, show: readonly Writable[]): Promise<OwnFirestore> {
  const port = await freePort(HOST);
  const file = join(dataDir, 'firestore.json');
  const child = await startService({
    name: 'Firestore',
    log: join(dataDir, 'logs/firestore.log'),
    show,
    command: () => nodeCommand(MAIN, '--port', String(port), '--file', file),
    ready: (signal) => untilListening(port, HOST, signal),
  });
  return { address: `${HOST}:${port}`, stop: () => child.stop() };
}
