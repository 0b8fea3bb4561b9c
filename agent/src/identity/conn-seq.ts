/** Numbers the connections of this provider, rising over restarts and clock changes: the hub keeps the newest. */
import { join } from 'node:path';
import { z } from 'zod';
import { readJson, writeJson } from '../files/index.ts';

const ConnSeqFile = z.object({ connSeq: z.number().int().nonnegative() });

/**
 * Wall time lets an agent that lost the file still be newer than it was; the file guards against clocks set back. So a
 * file that is damaged, or a disk that is full, is no reason to stay away from the hub.
 */
export async function nextConnSeq(agentDir: string, unixMs: number): Promise<number> {
  const path = join(agentDir, 'conn-seq.json');
  const saved = await readJson(path, ConnSeqFile, 'Delete it.').catch(() => undefined);
  const connSeq = Math.max((saved?.connSeq ?? 0) + 1, Math.floor(unixMs));
  await writeJson(path, { connSeq }).catch(() => undefined);
  return connSeq;
}
