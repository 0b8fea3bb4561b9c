/** Runs the fake Firestore as a child of npm start. Hubs use Google's client; the documents are kept in a file. */
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { nodeCommand } from '../../lib/node-flags.ts';
import { ROOT } from '../../lib/paths.ts';
import { freePort, untilListening } from '../../lib/port.ts';
import { startService } from './service.ts';

const HOST = '127.0.0.1';
const MAIN = join(ROOT, 'server/src/store/firestore/fake/main.ts');

export interface OwnFirestore {
  /** HOST:PORT, as for FIRESTORE_EMULATOR_HOST. */
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
