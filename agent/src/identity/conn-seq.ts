/**
 * Numbers for the connections of this provider. The numbers increase across restarts and clock changes. The
 * hub keeps the connection with the highest number.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { readJson, writeJson } from '../files/index.ts';

const ConnSeqFile = z.object({ connSeq: z.number().int().nonnegative() });

/**
 * Returns the number for the next connection. The number is at least the wall-clock time in ms, so it
 * increases even if the file is lost. If the clock is set back, the number in the file still increases. One
 * of the two is enough, so a damaged file or a full disk does not stop the agent from connecting.
 */
export async function nextConnSeq(agentDir: string, unixMs: number): Promise<number> {
  const path = join(agentDir, 'conn-seq.json');
  const saved = await readJson(path, ConnSeqFile, 'Delete it.').catch(() => undefined);
  const connSeq = Math.max((saved?.connSeq ?? 0) + 1, Math.floor(unixMs));
  await writeJson(path, { connSeq }).catch(() => undefined);
  return connSeq;
}
