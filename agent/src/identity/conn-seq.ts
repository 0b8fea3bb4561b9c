/** Increasing numbers for this provider's connections, across restarts and clock changes. The hub keeps the newest one. */
import { join } from 'node:path';
import { z } from 'zod';
import { readJson, writeJson } from '../files/index.ts';

const ConnSeqFile = z.object({ connSeq: z.number().int().nonnegative() });

/**
 * The number is at least the wall clock, so it keeps rising if the file is lost; the file helps if the clock is set back.
 * Since one of them is enough, a damaged file or a full disk does not keep the agent from connecting.
 */
export async function nextConnSeq(agentDir: string, unixMs: number): Promise<number> {
  const path = join(agentDir, 'conn-seq.json');
  const saved = await readJson(path, ConnSeqFile, 'Delete it.').catch(() => undefined);
  const connSeq = Math.max((saved?.connSeq ?? 0) + 1, Math.floor(unixMs));
  await writeJson(path, { connSeq }).catch(() => undefined);
  return connSeq;
}
