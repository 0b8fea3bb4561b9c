/**
 * Reads and writes a file in the data folder. The file describes the hubs that `npm start` runs or last ran
 * with this folder. Commands such as `npm run user` read the file.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isListening } from '../../lib/port.ts';

const FILE = 'running.json';

const Running = z.object({
  /** Public URL of the hubs, without a trailing slash. */
  url: z.string(),
  /** Folder in which the hubs keep their data. */
  dataDir: z.string(),
  /** Database of the hubs, in the form of the variable UNICORE_STORE, such as `sqlite`. */
  store: z.string(),
  /** Address (HOST:PORT) of the fake Firestore, if the hubs use one. It ends together with the hubs. */
  firestore: z.string().optional(),
});
export type Running = z.infer<typeof Running>;

export async function writeRunning(data: string, running: Running): Promise<void> {
  await writeFile(join(data, FILE), JSON.stringify(running));
}

/** Returns the description of the hubs that run or last ran on a data folder. Undefined if none has run. */
export async function readRunning(data: string): Promise<Running | undefined> {
  const text = await readFile(join(data, FILE), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Running.parse(JSON.parse(text));
}

/**
 * Makes this process use the fake Firestore of the hubs, if they use one. Throws if the fake is not running.
 */
export async function useFirestore({ firestore }: Running): Promise<void> {
  if (firestore === undefined) return;
  const { hostname, port } = new URL(`http://${firestore}`);
  if (!(await isListening(Number(port), hostname)))
    throw new Error(
      'These hubs keep their users in a Firestore that runs with them. Run npm start -- --hubs N first.',
    );
  process.env.FIRESTORE_EMULATOR_HOST = firestore;
}
