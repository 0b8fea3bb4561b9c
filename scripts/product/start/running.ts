/** A file in the data folder that describes what npm start runs or ran, for other commands such as npm run user. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isListening } from '../../lib/port.ts';

const FILE = 'running.json';

const Running = z.object({
  /** The public address, without a trailing slash. */
  url: z.string(),
  /** The hubs' data folder. */
  dataDir: z.string(),
  /** The store, as in a hub's configuration. */
  store: z.string(),
  /** HOST:PORT of our own Firestore server, which ends with the hubs. */
  firestore: z.string().optional(),
});
export type Running = z.infer<typeof Running>;

export async function writeRunning(data: string, running: Running): Promise<void> {
  await writeFile(join(data, FILE), JSON.stringify(running));
}

/** Undefined if npm start has never run with this folder. */
export async function readRunning(data: string): Promise<Running | undefined> {
  const text = await readFile(join(data, FILE), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Running.parse(JSON.parse(text));
}

/** Makes this process use our own Firestore server, if the hubs use it. Throws if it is not running. */
export async function useFirestore({ firestore }: Running): Promise<void> {
  if (firestore === undefined) return;
  const { hostname, port } = new URL(`http://${firestore}`);
  if (!(await isListening(Number(port), hostname)))
    throw new Error(
      'These hubs keep their users in a Firestore that runs with them. Run npm start -- --hubs N first.',
    );
  process.env.FIRESTORE_EMULATOR_HOST = firestore;
}
