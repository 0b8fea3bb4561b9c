/** File in the data folder that says what npm start runs or ran there, for commands such as npm run user. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isListening } from '../../lib/port.ts';

const FILE = 'running.json';

const Running = z.object({
  /** Public URL, without a slash at its end. */
  url: z.string(),
  /** Data folder of the hubs. */
  dataDir: z.string(),
  /** Name of the store, as hubs are configured with it. */
  store: z.string(),
  /** HOST:PORT of the fake Firestore, if there is one; it ends with the hubs. */
  firestore: z.string().optional(),
});
export type Running = z.infer<typeof Running>;

export async function writeRunning(data: string, running: Running): Promise<void> {
  await writeFile(join(data, FILE), JSON.stringify(running));
}

/** Reads what runs or ran in a data folder; undefined if nothing has run there yet. */
export async function readRunning(data: string): Promise<Running | undefined> {
  const text = await readFile(join(data, FILE), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Running.parse(JSON.parse(text));
}

/** Makes this process open its store in the hubs' fake Firestore, if they have one. */
export async function useFirestore({ firestore }: Running): Promise<void> {
  if (firestore === undefined) return;
  const { hostname, port } = new URL(`http://${firestore}`);
  if (!(await isListening(Number(port), hostname)))
    throw new Error(
      'These hubs keep their users in a Firestore that runs with them. Run npm start -- --hubs N first.',
    );
  process.env.FIRESTORE_EMULATOR_HOST = firestore;
}
