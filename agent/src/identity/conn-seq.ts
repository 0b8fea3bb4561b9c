/**
 * Numbers for the connections of this provider. The numbers increase across restarts and clock changes. The
 * hub keeps the connection with the highest number.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { readJson, writeJson } from '../files/index.ts';

const ConnSeqFile = z.object({ connSeq: z.number().int().nonnegative() });

/**
 * Returns the number for the next connection. The number is higher than the last number in the file, and at
 * least the wall-clock time in ms. So it increases even if the clock is set back, or if the file is lost. A
 * damaged file or a full disk does not stop the agent from connecting.
 */
export async function nextConnSeq(agentDir: string, unixMs: number): Promise<number> {
  const path = join(agentDir, 'conn-seq.json');
  const saved = await readJson(path, ConnSeqFile, 'Delete it.').catch(() => undefined);
  const connSeq = Math.max((saved?.connSeq ?? 0) + 1, Math.floor(unixMs));
  await writeJson(path, { connSeq }).catch(() => undefined);
  return connSeq;
}
